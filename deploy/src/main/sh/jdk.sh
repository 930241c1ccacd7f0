# Shared by the scripts in deploy/; sourced by them, not run. Needs ROOT, the repository's top directory.
# shellcheck shell=bash

readonly NEEDED_JDK=25

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# Prints the JDK's major version, or nothing where there is no JDK (a JRE cannot build).
jdk_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Sets JAVA_HOME to the first JDK that is new enough.
find_jdk() {
  local on_path='' home version seen=''
  if command -v java >/dev/null 2>&1; then
    on_path=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  fi
  for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    /opt/*jdk* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    version=$(jdk_version "$home")
    [ -n "$version" ] || continue
    if [ "$version" -ge "$NEEDED_JDK" ]; then
      export JAVA_HOME=$home
      return
    fi
    seen="$seen $version ($home)"
  done
  die "no JDK $NEEDED_JDK or newer found${seen:+, only$seen}.
Install one, for example Eclipse Temurin $NEEDED_JDK (https://adoptium.net) or, with SDKMAN, 'sdk install java $NEEDED_JDK-tem';
if it is in an unusual place, set JAVA_HOME to it."
}

need_maven() {
  command -v mvn >/dev/null 2>&1 || die "Maven (mvn, 3.8.7 or newer) is not on the PATH; on Debian: apt-get install maven"
}

run_maven() {
  need_maven
  (cd "$ROOT" && mvn "$@")
}

# Is a source, pom or directory (a file came or went) newer than the last build? Tests are not part of what is run.
build_is_stale() {
  [ -e "$1" ] || return 0
  local newer
  newer=$(find "$ROOT"/pom.xml "$ROOT"/.mvn "$ROOT"/*/pom.xml "$ROOT"/*/src/main -newer "$1" -print -quit)
  [ -n "$newer" ]
}

# Is what Maven has packaged newer than what the scripts run?
app_is_stale() {
  [ -e "$APP/id" ] || return 0
  local newer
  newer=$(find "$ROOT"/deploy/target/deploy-*.jar "$ROOT"/deploy/target/lib "$ROOT"/*/target/quarkus-app \
    -newer "$APP/id" -print -quit)
  [ -n "$newer" ]
}

# Copies what Maven has packaged to where it is run from. Maven writes into files that are there, and would so change
# the jars of a running `up`; here a new copy takes the place of the old one, of which no file is ever written again.
# So whoever runs from it, or from hard links to it (DIR/app), is safe.
install_app() {
  local next=$APP.new module
  rm -rf "$next" "$APP.old"
  mkdir -p "$next/deploy"
  cp -p "$ROOT"/deploy/target/deploy-*.jar "$next/deploy/deploy.jar"
  cp -Rp "$ROOT/deploy/target/lib" "$next/deploy/lib"
  for module in producer consumer streams-validator; do
    cp -Rp "$ROOT/$module/target/quarkus-app" "$next/$module"
  done
  echo "$(date +%s)-$$-$RANDOM" >"$next/id"
  if [ -e "$APP" ]; then mv "$APP" "$APP.old"; fi
  mv "$next" "$APP"
  rm -rf "$APP.old"
}

build() {
  local log=$ROOT/deploy/target/build.log
  need_maven # said here, where it is not written to the log
  echo "building…" >&2
  touch "$STAMP.begun"
  if ! run_maven -B -q -DskipTests -Dspotless.check.skip package </dev/null >"$log" 2>&1 9>&-; then
    cat "$log" >&2
    die "the build failed (log: $log)"
  fi
  install_app
  mv "$STAMP.begun" "$STAMP"
}

# With BLOCKTAIL_BUILT=1 what Maven has packaged is what runs: for tests, which Maven itself runs.
is_stale() {
  if [ "${BLOCKTAIL_BUILT:-}" = 1 ]; then app_is_stale; else build_is_stale "$STAMP" || [ ! -e "$APP/id" ]; fi
}

build_if_needed() {
  STAMP=$ROOT/deploy/target/built
  APP=$ROOT/deploy/target/app
  is_stale || return 0
  mkdir -p "$ROOT/deploy/target"
  # Two commands started at once build once.
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$ROOT/deploy/target/build.lock"
    flock 9
  fi
  if is_stale; then
    if [ "${BLOCKTAIL_BUILT:-}" = 1 ]; then install_app; else build; fi
  fi
  if command -v flock >/dev/null 2>&1; then exec 9>&-; fi
}

# exec_java MAIN-CLASS [JVM-OPTION...] -- [ARGUMENT...]: the rest of the script is this JVM.
exec_java() {
  local main=$1 options=()
  shift
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED ${options[@]+"${options[@]}"} \
    -cp "$APP/deploy/deploy.jar:$APP/deploy/lib/*" "$main" "$@"
}

package io.blocktail.deploy.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// A foreign program that a run needs.
///
/// @param debianPackage that has it
record Tool(String program, String debianPackage) {
  static final Tool FIO = new Tool("fio", "fio");
  static final Tool NBDKIT = new Tool("nbdkit", "nbdkit");
  static final Tool QEMU = new Tool("qemu-storage-daemon", "qemu-system-common");

  boolean installed() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(":", -1))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  String missing() {
    return program + " is not installed (Debian: apt-get install " + debianPackage + ")";
  }
}

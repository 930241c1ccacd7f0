/// Measures Blocktail beside what else a user could pick on one host. The flow: [BenchRun] goes
/// round by round through the jobs and lets every [Contestant] serve each of them in turn; [Fio]
/// drives them all through the same kind of socket; [Results] keeps every figure, [ResultsTable]
/// and [ResultsJson] show it.
@NullMarked
package io.blocktail.deploy.bench;

import org.jspecify.annotations.NullMarked;

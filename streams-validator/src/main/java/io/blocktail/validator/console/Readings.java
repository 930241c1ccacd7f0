package io.blocktail.validator.console;

import io.blocktail.validator.alert.AlertEntry;
import io.blocktail.validator.alert.Subject;
import io.blocktail.validator.alert.WatchedTarget;
import io.blocktail.validator.alert.WatchedVolume;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The stores as they are now. Any thread may call. All or nothing: where a part of a store cannot
/// be read, an exception and not the rest is the answer.
public interface Readings {
  /// How long a target or a source may be silent before that means something.
  Duration patience();

  /// Volumes by name.
  Map<String, WatchedVolume> volumes() throws NotReadyException;

  Map<Subject, WatchedTarget> targets() throws NotReadyException;

  List<AlertEntry> openAlerts() throws NotReadyException;

  /// The newest that were closed.
  List<AlertEntry> closedAlerts() throws NotReadyException;
}

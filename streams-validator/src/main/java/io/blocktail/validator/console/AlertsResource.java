package io.blocktail.validator.console;

import io.blocktail.validator.alert.AlertEntry;
import io.blocktail.validator.alert.AlertKind;
import io.blocktail.volume.ChunkSet;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response.Status;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /alerts?state=open|closed|all`: what is or was wrong, the newest first.
@Path("/alerts")
@Produces(MediaType.APPLICATION_JSON)
public class AlertsResource {
  /// An alert.
  ///
  /// @param sequence the newest point of the history that it speaks of
  /// @param closedAt null while it is open
  public record ShownAlert(
      String id,
      AlertKind kind,
      String volume,
      @Nullable String target,
      List<ChunkSet.Run> chunks,
      long sequence,
      Instant openedAt,
      @Nullable Instant closedAt,
      String evidence) {

    static ShownAlert of(AlertEntry alert) {
      return new ShownAlert(
          alert.id(),
          alert.kind(),
          alert.volume(),
          alert.target(),
          alert.chunks().runs(),
          alert.sequence(),
          Times.instant(alert.openedAt()),
          Times.orNull(alert.closedAt()),
          alert.evidence());
    }
  }

  private final Readings readings;

  public AlertsResource(Readings readings) {
    this.readings = readings;
  }

  @GET
  @RunOnVirtualThread
  public List<ShownAlert> all(@QueryParam("state") @DefaultValue("open") String state) {
    try {
      return switch (state) {
        case "open" -> shown(readings.openAlerts(), List.of());
        case "closed" -> shown(List.of(), readings.closedAlerts());
        case "all" -> {
          // Open ones first: one that is closed between the two reads is then not missed.
          List<AlertEntry> open = readings.openAlerts();
          yield shown(open, readings.closedAlerts());
        }
        default ->
            throw Problem.of(
                Status.BAD_REQUEST,
                "state is '%s': it must be open, closed or all".formatted(state));
      };
    } catch (NotReadyException e) {
      throw Problem.notReady(e);
    }
  }

  /// One that was closed between the reads is shown as closed.
  private static List<ShownAlert> shown(List<AlertEntry> open, List<AlertEntry> closed) {
    var alerts = new LinkedHashMap<String, AlertEntry>();
    open.forEach(alert -> alerts.put(alert.id(), alert));
    closed.forEach(alert -> alerts.put(alert.id(), alert));
    return alerts.values().stream()
        .map(ShownAlert::of)
        .sorted(Comparator.comparing(ShownAlert::openedAt).reversed().thenComparing(ShownAlert::id))
        .toList();
  }
}

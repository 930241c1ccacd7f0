package io.blocktail.consumer;

import io.blocktail.consumer.target.TargetReport;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /targets`: how the targets are.
@Path("/targets")
@Produces(MediaType.APPLICATION_JSON)
public class ConsumerResource {
  /// One target, in the words of its [TargetReport].
  ///
  /// @param lagChanges null while it is not known
  /// @param lagMillis null while it is not known
  /// @param appliedBytes written or zeroed since the target's files were opened
  public record TargetView(
      String name,
      String volume,
      String state,
      @Nullable String reason,
      boolean consistent,
      int epoch,
      long watermark,
      @Nullable Long lagChanges,
      @Nullable Long lagMillis,
      String file,
      int undoneChunks,
      long appliedBytes) {}

  private final Consumer consumer;

  ConsumerResource(Consumer consumer) {
    this.consumer = consumer;
  }

  @GET
  public List<TargetView> targets() {
    return consumer.targets().stream().map(ConsumerResource::view).toList();
  }

  private static TargetView view(RunningTarget target) {
    TargetReport report = target.report();
    return new TargetView(
        target.plan().name().value(),
        target.plan().volume().value(),
        report.state().label(),
        report.reason(),
        report.consistent(),
        report.epoch(),
        report.watermark(),
        report.lagChanges(),
        report.lagMillis(),
        target.plan().file().toString(),
        report.undoneChunks(),
        report.tally().bytes());
  }
}

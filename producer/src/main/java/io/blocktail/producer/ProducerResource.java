package io.blocktail.producer;

import io.blocktail.producer.capture.CannotGrow;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The volumes and their scrub passes.
@Path("/volumes")
@Produces(MediaType.APPLICATION_JSON)
public class ProducerResource {
  record Verification(long pass) {}

  /// A volume that was deleted.
  record Gone(String name) {}

  private final Producer producer;

  ProducerResource(Producer producer) {
    this.producer = producer;
  }

  @GET
  public List<VolumeView> volumes() {
    return Stream.concat(
            producer.running().stream().map(VolumeView::of),
            producer.broken().stream().map(VolumeView::of))
        .sorted(Comparator.comparing(VolumeView::name))
        .toList();
  }

  /// Begins a pass over all chunks at full speed (of a volume that somebody else writes: a scan),
  /// as soon as those asked for before are over.
  @POST
  @Path("/{name}/verify")
  public Verification verify(String name) {
    RunningVolume running = producer.find(name);
    StateName state = StateName.of(running);
    if (state.name().equals(StateName.STOPPED)) {
      throw conflict("volume %s is stopped: %s".formatted(name, state.reason()));
    }
    if (running.volume().pause().isOn()) {
      throw conflict(
          "volume %s cannot be verified: its publishing is paused, so that no target gets to what is to be compared; resume it first"
              .formatted(name));
    }
    try {
      return new Verification(running.verifier().requestPass());
    } catch (IOException e) {
      throw conflict("volume %s cannot be scrubbed: %s".formatted(name, e.getMessage()));
    }
  }

  /// Keeps what is captured from the stream, until [#resume] and over restarts. The journal takes
  /// it, and what happens when that is full is configured.
  @POST
  @Path("/{name}/pause")
  public VolumeView pause(String name) {
    return use(name, running -> running.volume().pausePublishing(Instant.now()));
  }

  @POST
  @Path("/{name}/resume")
  public VolumeView resume(String name) {
    return use(name, running -> running.volume().resumePublishing());
  }

  /// Whether NBD clients may only read, from now on and over restarts.
  @POST
  @Path("/{name}/read-only")
  public VolumeView readOnly(String name, @QueryParam("on") @DefaultValue("true") boolean on) {
    return use(name, running -> producer.setReadOnly(running, on));
  }

  /// @param size in bytes
  record Growth(@Nullable Long size) {}

  /// Makes a volume larger while it is served.
  @POST
  @Path("/{name}/grow")
  @Consumes(MediaType.APPLICATION_JSON)
  public VolumeView grow(String name, Growth growth) {
    Long size = growth.size();
    if (size == null) {
      throw new BadRequestException("a volume grows to a size");
    }
    return use(name, running -> running.grow(size));
  }

  /// Makes a volume, which is there after a restart too.
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response create(VolumeDesk.Wish wish) {
    try {
      RunningVolume made = producer.desk().create(wish);
      return Response.status(Response.Status.CREATED).entity(VolumeView.of(made)).build();
    } catch (Refusal e) {
      throw problem(e);
    }
  }

  /// Deletes a volume that was made here. Its file and its history stay, if nothing else is asked
  /// for.
  ///
  /// @param force cuts clients off, and gives up what is not published yet
  @DELETE
  @Path("/{name}")
  public Gone delete(
      String name,
      @QueryParam("force") boolean force,
      @QueryParam("data") boolean data,
      @QueryParam("stream") boolean stream) {
    try {
      producer.desk().delete(name, new VolumeDesk.Farewell(force, data, stream));
      return new Gone(name);
    } catch (Refusal e) {
      throw problem(e);
    }
  }

  private interface Use {
    void of(RunningVolume running) throws IOException, Refusal;
  }

  private VolumeView use(String name, Use use) {
    RunningVolume running = producer.find(name);
    try {
      use.of(running);
      return VolumeView.of(running);
    } catch (Refusal e) {
      throw problem(e);
    } catch (CannotGrow e) {
      throw conflict(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw conflict("volume %s: %s".formatted(name, e.getMessage()));
    }
  }

  @GET
  @Path("/{name}/passes/{id}")
  public PassView pass(String name, String id) {
    long number = number(id);
    return producer
        .find(name)
        .verifier()
        .passes()
        .find(number)
        .map(PassView::of)
        .orElseThrow(() ->
            new NotFoundException(
                "volume %s has no pass %d since the producer started; a pass ends with the"
                        .formatted(name, number)
                    + " producer: begin another one"));
  }

  private static long number(String id) {
    try {
      return Long.parseLong(id);
    } catch (NumberFormatException e) {
      throw new BadRequestException("'%s' is not the number of a pass".formatted(id), e);
    }
  }

  private static ClientErrorException problem(Refusal refusal) {
    return new ClientErrorException(refusal.getMessage(), refusal.status());
  }

  private static ClientErrorException conflict(String detail) {
    return new ClientErrorException(detail, Response.Status.CONFLICT);
  }
}

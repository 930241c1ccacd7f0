package io.blocktail.producer;

import io.blocktail.producer.scan.Scanner;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The scans of volumes that somebody else writes.
@Path("/volumes/{name}")
@Produces(MediaType.APPLICATION_JSON)
public class ScanResource {
  /// @param scan its id
  record Asked(long scan) {}

  @FunctionalInterface
  private interface Request {
    long ask(Scanner scanner) throws IOException;
  }

  private final Producer producer;

  ScanResource(Producer producer) {
    this.producer = producer;
  }

  /// The last ones, the newest first.
  @GET
  @Path("/scans")
  public List<ScanView> scans(String name) {
    return scanner(name).log().scans().stream().map(ScanView::of).toList();
  }

  @GET
  @Path("/scans/{id}")
  public ScanView scan(String name, long id) {
    Scanner scanner = scanner(name);
    Optional<ScanView> begun = scanner.log().find(id).map(ScanView::of);
    if (begun.isEmpty() && scanner.isWaiting(id)) {
      return ScanView.waiting(id);
    }
    return begun.orElseThrow(() ->
        new NotFoundException(
            "volume %s remembers no scan %d; one that has not begun ends with the producer"
                .formatted(name, id)));
  }

  /// Begins a scan of everything, as soon as one that runs is over.
  @POST
  @Path("/scan")
  public Asked scan(String name) {
    return ask(name, Scanner::requestPass);
  }

  /// Begins a scan of what the other server calls dirty, as soon as one that runs is over.
  @POST
  @Path("/pull")
  public Asked pull(String name) {
    if (!scanner(name).pulls()) {
      throw conflict(
          "volume %s is scanned: nobody tells which parts of it are dirty; ask for a scan"
              .formatted(name));
    }
    return ask(name, Scanner::requestPull);
  }

  private Asked ask(String name, Request request) {
    RunningVolume running = producer.find(name);
    StateName state = StateName.of(running);
    if (state.name().equals(StateName.STOPPED)) {
      throw conflict("volume %s is stopped: %s".formatted(name, state.reason()));
    }
    if (running.volume().pause().isOn()) {
      throw conflict(
          "volume %s cannot be scanned: its publishing is paused; resume it first".formatted(name));
    }
    try {
      return new Asked(request.ask(scanner(name)));
    } catch (IOException e) {
      throw conflict("volume %s cannot be scanned: %s".formatted(name, e.getMessage()));
    }
  }

  private Scanner scanner(String name) {
    Scanner scanner = producer.find(name).scanner();
    if (scanner == null) {
      throw conflict(
          "volume %s is written by NBD clients: there is nothing to scan; to compare its targets with it, verify it"
              .formatted(name));
    }
    return scanner;
  }

  private static ClientErrorException conflict(String detail) {
    return new ClientErrorException(detail, Response.Status.CONFLICT);
  }
}

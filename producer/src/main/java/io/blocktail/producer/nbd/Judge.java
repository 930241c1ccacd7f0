package io.blocktail.producer.nbd;

import io.blocktail.volume.Geometry;

/// The one place where requests are judged: what it lets pass is inside the device and allowed.
/// Only the connection's thread uses it.
final class Judge {
  private final Session session;
  private final DeviceUse device;
  private final int maxRequest;
  private final Farewell farewell;

  /// @param maxRequest the most data of a read or write, in bytes
  Judge(Session session, DeviceUse device, int maxRequest, Farewell farewell) {
    this.session = session;
    this.device = device;
    this.maxRequest = maxRequest;
    this.farewell = farewell;
  }

  /// Whether the request may be carried out, and if not why.
  Outcome verdict(RequestHeader request) {
    if (farewell.hasBegun()) {
      return Outcome.SHUTDOWN;
    }
    int flags = allowedFlags(request.command());
    if (flags < 0) {
      return Outcome.UNKNOWN_COMMAND;
    }
    Outcome payload = payload(request);
    if (!payload.isGood()) {
      return payload;
    }
    if (request.hasOtherFlagsThan(flags)) {
      return Outcome.UNKNOWN_FLAG;
    }
    return switch (request.command()) {
      case Protocol.COMMAND_READ -> read(request);
      case Protocol.COMMAND_WRITE -> write(request);
      case Protocol.COMMAND_TRIM -> change(request, Outcome.BEYOND);
      case Protocol.COMMAND_WRITE_ZEROES -> zeroes(request);
      case Protocol.COMMAND_CACHE -> range(request, Outcome.BEYOND);
      case Protocol.COMMAND_BLOCK_STATUS -> status(request);
      case Protocol.COMMAND_FLUSH ->
          request.offset() == 0 && request.length() == 0 ? Outcome.GOOD : Outcome.NOT_ZERO;
      default -> throw new AssertionError("command " + request.command());
    };
  }

  /// What a command may have; -1 when there is no such command. FUA may be everywhere, since
  /// clients are known to set it where it means nothing.
  private int allowedFlags(int command) {
    int flags =
        switch (command) {
          case Protocol.COMMAND_READ -> session.framing().chunks() ? Protocol.FLAG_DF : 0;
          case Protocol.COMMAND_WRITE,
              Protocol.COMMAND_FLUSH,
              Protocol.COMMAND_TRIM,
              Protocol.COMMAND_CACHE ->
              0;
          case Protocol.COMMAND_WRITE_ZEROES -> Protocol.FLAG_NO_HOLE | Protocol.FLAG_FAST_ZERO;
          case Protocol.COMMAND_BLOCK_STATUS -> Protocol.FLAG_REQ_ONE;
          default -> -1;
        };
    if (flags >= 0 && session.framing() == Framing.EXTENDED) {
      flags |= Protocol.FLAG_PAYLOAD_LEN; // judged apart
    }
    return flags < 0 ? flags : flags | Protocol.FLAG_FUA;
  }

  /// Without extended headers the command alone says whether there is a payload.
  private Outcome payload(RequestHeader request) {
    if (session.framing() != Framing.EXTENDED) {
      return Outcome.GOOD;
    }
    boolean has = request.has(Protocol.FLAG_PAYLOAD_LEN);
    return switch (request.command()) {
      case Protocol.COMMAND_WRITE -> has ? Outcome.GOOD : Outcome.NO_PAYLOAD;
      case Protocol.COMMAND_BLOCK_STATUS ->
          has && session.contexts().isEmpty() ? Outcome.NO_CONTEXT : Outcome.GOOD;
      default -> has ? Outcome.UNWANTED_PAYLOAD : Outcome.GOOD;
    };
  }

  private Outcome read(RequestHeader request) {
    Outcome range = range(request, Outcome.BEYOND);
    if (!range.isGood() || request.length() <= maxRequest) {
      return range;
    }
    return session.framing().chunks() ? Outcome.READ_TOO_LONG : Outcome.TOO_LONG;
  }

  private Outcome write(RequestHeader request) {
    return request.length() > maxRequest && !session.export().readOnly()
        ? Outcome.TOO_LONG
        : change(request, Outcome.WRITTEN_BEYOND);
  }

  private Outcome zeroes(RequestHeader request) {
    Outcome change = change(request, Outcome.WRITTEN_BEYOND);
    return change.isGood() && request.has(Protocol.FLAG_FAST_ZERO) && !isFast(request)
        ? Outcome.NOT_FAST
        : change;
  }

  /// Zeros that keep their space are written like any data, and so is a part of a block.
  private boolean isFast(RequestHeader request) {
    return !request.has(Protocol.FLAG_NO_HOLE)
        && Geometry.aligned(request.offset(), request.length())
        && device.zeroesFast();
  }

  private Outcome status(RequestHeader request) {
    return session.contexts().isEmpty() ? Outcome.NO_CONTEXT : range(request, Outcome.BEYOND);
  }

  private Outcome change(RequestHeader request, Outcome beyond) {
    return session.export().readOnly() ? Outcome.READ_ONLY : range(request, beyond);
  }

  private Outcome range(RequestHeader request, Outcome beyond) {
    long size = device.size();
    long offset = request.offset();
    long length = request.length();
    if (length == 0) {
      return Outcome.EMPTY;
    }
    return offset < 0 || length < 0 || length > size || offset > size - length
        ? beyond
        : Outcome.GOOD;
  }
}

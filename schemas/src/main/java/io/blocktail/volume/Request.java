package io.blocktail.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// One thing that a client asks of a device; also takes what became of it. Used again and again by
/// the connection that owns it, so that requests cost no allocation. Any byte range inside the
/// device.
public final class Request {
  public enum Operation {
    READ,
    WRITE,
    /// The range reads as zeros afterwards.
    ZERO,
    /// The client does not need the range any more; it reads as zeros afterwards, too.
    TRIM,
    /// All that was answered before is durable when this is answered.
    FLUSH
  }

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private Operation operation = Operation.FLUSH;
  private long offset;
  private long length;
  private ByteBuffer data = NONE;
  private boolean durable;
  private boolean keepsSpace;
  private @Nullable IOException failure;

  /// @param into takes what is read, from its position to its limit
  public Request read(long offset, ByteBuffer into) {
    return set(Operation.READ, offset, into.remaining(), into, false);
  }

  /// @param from what to write, from its position to its limit
  /// @param durable answered only when it is durable (FUA)
  public Request write(long offset, ByteBuffer from, boolean durable) {
    return set(Operation.WRITE, offset, from.remaining(), from, durable);
  }

  public Request zero(long offset, long length, boolean durable) {
    return set(Operation.ZERO, offset, length, NONE, durable);
  }

  /// As [#zero], without giving the range's space back.
  public Request fill(long offset, long length, boolean durable) {
    set(Operation.ZERO, offset, length, NONE, durable);
    keepsSpace = true;
    return this;
  }

  public Request trim(long offset, long length, boolean durable) {
    return set(Operation.TRIM, offset, length, NONE, durable);
  }

  public Request flush() {
    return set(Operation.FLUSH, 0, 0, NONE, true);
  }

  private Request set(
      Operation operation, long offset, long length, ByteBuffer data, boolean durable) {
    this.operation = operation;
    this.offset = offset;
    this.length = length;
    this.data = data;
    this.durable = durable;
    this.keepsSpace = false;
    this.failure = null;
    return this;
  }

  public Operation operation() {
    return operation;
  }

  public long offset() {
    return offset;
  }

  /// In bytes.
  public long length() {
    return length;
  }

  /// What is written, or the room for what is read.
  public ByteBuffer data() {
    return data;
  }

  public boolean durable() {
    return durable;
  }

  /// Whether a range that is zeroed keeps its space.
  public boolean keepsSpace() {
    return keepsSpace;
  }

  public boolean changes() {
    return switch (operation) {
      case WRITE, ZERO, TRIM -> true;
      case READ, FLUSH -> false;
    };
  }

  /// What went wrong; null when it was done.
  public @Nullable IOException failure() {
    return failure;
  }

  public void fail(IOException failure) {
    this.failure = failure;
  }
}

package io.blocktail.producer.journal;

/// Room in the journal that nobody else can take, until this is closed.
public final class Reservation implements AutoCloseable {
  private final Room room;
  private final long bytes;

  Reservation(Room room, long bytes) {
    this.room = room;
    this.bytes = bytes;
  }

  @Override
  public void close() {
    room.release(bytes);
  }
}

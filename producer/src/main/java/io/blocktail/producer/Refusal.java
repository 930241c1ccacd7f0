package io.blocktail.producer;

/// Something that was asked for and is not done. Nothing was changed, where the message does not
/// say otherwise.
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  /// Of HTTP.
  private final int status;

  private Refusal(int status, String message) {
    super(message);
    this.status = status;
  }

  /// What was asked for makes no sense.
  static Refusal bad(String message) {
    return new Refusal(400, message);
  }

  static Refusal unknown(String message) {
    return new Refusal(404, message);
  }

  /// It cannot be as things are now.
  static Refusal conflict(String message) {
    return new Refusal(409, message);
  }

  int status() {
    return status;
  }
}

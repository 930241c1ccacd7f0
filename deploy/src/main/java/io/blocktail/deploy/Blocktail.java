package io.blocktail.deploy;

/// Stands in until the first real class.
public final class Blocktail {
  private Blocktail() {}

  public static void main(String[] args) {
    System.err.println("Blocktail is not there yet; arguments: " + String.join(" ", args));
    System.exit(2);
  }
}

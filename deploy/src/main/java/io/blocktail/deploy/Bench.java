package io.blocktail.deploy;

/// Stands in until the first real class.
public final class Bench {
  private Bench() {}

  public static void main(String[] args) {
    System.err.println("Bench is not there yet; arguments: " + String.join(" ", args));
    System.exit(2);
  }
}

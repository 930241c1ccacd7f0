package io.blocktail.deploy;

/// Stands in until the first real class.
public final class Up {
  private Up() {}

  public static void main(String[] args) {
    System.err.println("Up is not there yet; arguments: " + String.join(" ", args));
    System.exit(2);
  }
}

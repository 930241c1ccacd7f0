package io.blocktail.producer.pull;

import java.io.IOException;

/// What is made of the chunks of a reply.
interface Answer {
  void chunk(Peer peer, int type, long length) throws IOException;

  void end() throws IOException;
}

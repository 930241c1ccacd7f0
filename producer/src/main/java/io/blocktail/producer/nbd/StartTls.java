package io.blocktail.producer.nbd;

import java.io.IOException;

/// Puts TLS on a connection.
interface StartTls {
  /// Takes the client through TLS's handshake.
  ///
  /// @return what carries all further bytes
  Wire start() throws IOException;
}

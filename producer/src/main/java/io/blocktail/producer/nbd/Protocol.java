package io.blocktail.producer.nbd;

/// The protocol's numbers, in the order of its document's section "Values".
final class Protocol {
  static final long SERVER_MAGIC = 0x4e42444d41474943L;
  static final long OPTION_MAGIC = 0x49484156454f5054L;
  static final long OPTION_REPLY_MAGIC = 0x0003e889045565a9L;
  static final int REQUEST_MAGIC = 0x25609513;
  static final int SIMPLE_REPLY_MAGIC = 0x67446698;

  static final int HANDSHAKE_FIXED_NEWSTYLE = 1;
  static final int HANDSHAKE_NO_ZEROES = 1 << 1;

  /// Flush and FUA force what all connections share, so CAN_MULTI_CONN (the last) holds.
  static final short TRANSMISSION_FLAGS = 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 8;

  static final int OPTION_EXPORT_NAME = 1;
  static final int OPTION_ABORT = 2;
  static final int OPTION_LIST = 3;
  static final int OPTION_STARTTLS = 5;
  static final int OPTION_INFO = 6;
  static final int OPTION_GO = 7;

  static final int REPLY_ACK = 1;
  static final int REPLY_SERVER = 2;
  static final int REPLY_INFO = 3;
  static final int REPLY_ERR_UNSUP = 1 << 31 | 1;
  static final int REPLY_ERR_POLICY = 1 << 31 | 2;
  static final int REPLY_ERR_INVALID = 1 << 31 | 3;
  static final int REPLY_ERR_TLS_REQD = 1 << 31 | 5;
  static final int REPLY_ERR_UNKNOWN = 1 << 31 | 6;
  static final int REPLY_ERR_TOO_BIG = 1 << 31 | 9;

  static final int INFO_EXPORT = 0;
  static final int INFO_NAME = 1;
  static final int INFO_DESCRIPTION = 2;
  static final int INFO_BLOCK_SIZE = 3;

  static final int COMMAND_READ = 0;
  static final int COMMAND_WRITE = 1;
  static final int COMMAND_DISC = 2;
  static final int COMMAND_FLUSH = 3;
  static final int COMMAND_TRIM = 4;
  static final int COMMAND_WRITE_ZEROES = 6;

  static final int FLAG_FUA = 1;
  static final int FLAG_NO_HOLE = 1 << 1;

  /// Bytes of a request without its payload.
  static final int REQUEST = 28;

  /// Bytes of a simple reply without its payload.
  static final int REPLY = 16;

  /// The longest string that the protocol allows, in bytes.
  static final int MAX_STRING = 4096;

  /// The most data of a read or write that every server should take, in bytes.
  static final int MAX_PAYLOAD = 32 << 20;

  private Protocol() {}
}

package io.blocktail.producer.nbd;

/// The protocol's numbers, in the order of its document's section "Values".
final class Protocol {
  static final long SERVER_MAGIC = 0x4e42444d41474943L;
  static final long OPTION_MAGIC = 0x49484156454f5054L;
  static final long OPTION_REPLY_MAGIC = 0x0003e889045565a9L;
  static final int REQUEST_MAGIC = 0x25609513;
  static final int EXTENDED_REQUEST_MAGIC = 0x21e41c71;
  static final int SIMPLE_REPLY_MAGIC = 0x67446698;
  static final int STRUCTURED_REPLY_MAGIC = 0x668e33ef;
  static final int EXTENDED_REPLY_MAGIC = 0x6e8a278c;

  static final int HANDSHAKE_FIXED_NEWSTYLE = 1;
  static final int HANDSHAKE_NO_ZEROES = 1 << 1;

  static final int HAS_FLAGS = 1;
  static final int READ_ONLY = 1 << 1;
  static final int SEND_FLUSH = 1 << 2;
  static final int SEND_FUA = 1 << 3;
  static final int SEND_TRIM = 1 << 5;
  static final int SEND_WRITE_ZEROES = 1 << 6;
  static final int SEND_DF = 1 << 7;
  static final int CAN_MULTI_CONN = 1 << 8;
  static final int SEND_CACHE = 1 << 10;
  static final int SEND_FAST_ZERO = 1 << 11;
  static final int BLOCK_STATUS_PAYLOAD = 1 << 12;

  static final int OPTION_EXPORT_NAME = 1;
  static final int OPTION_ABORT = 2;
  static final int OPTION_LIST = 3;
  static final int OPTION_STARTTLS = 5;
  static final int OPTION_INFO = 6;
  static final int OPTION_GO = 7;
  static final int OPTION_STRUCTURED_REPLY = 8;
  static final int OPTION_LIST_META_CONTEXT = 9;
  static final int OPTION_SET_META_CONTEXT = 10;
  static final int OPTION_EXTENDED_HEADERS = 11;

  static final int REPLY_ACK = 1;
  static final int REPLY_SERVER = 2;
  static final int REPLY_INFO = 3;
  static final int REPLY_META_CONTEXT = 4;
  static final int REPLY_ERR_UNSUP = 1 << 31 | 1;
  static final int REPLY_ERR_POLICY = 1 << 31 | 2;
  static final int REPLY_ERR_INVALID = 1 << 31 | 3;
  static final int REPLY_ERR_TLS_REQD = 1 << 31 | 5;
  static final int REPLY_ERR_UNKNOWN = 1 << 31 | 6;
  static final int REPLY_ERR_TOO_BIG = 1 << 31 | 9;
  static final int REPLY_ERR_EXT_HEADER_REQD = 1 << 31 | 10;

  static final int INFO_EXPORT = 0;
  static final int INFO_NAME = 1;
  static final int INFO_DESCRIPTION = 2;
  static final int INFO_BLOCK_SIZE = 3;

  static final int COMMAND_READ = 0;
  static final int COMMAND_WRITE = 1;
  static final int COMMAND_DISC = 2;
  static final int COMMAND_FLUSH = 3;
  static final int COMMAND_TRIM = 4;
  static final int COMMAND_CACHE = 5;
  static final int COMMAND_WRITE_ZEROES = 6;
  static final int COMMAND_BLOCK_STATUS = 7;

  static final int FLAG_FUA = 1;
  static final int FLAG_NO_HOLE = 1 << 1;
  static final int FLAG_DF = 1 << 2;
  static final int FLAG_REQ_ONE = 1 << 3;
  static final int FLAG_FAST_ZERO = 1 << 4;
  static final int FLAG_PAYLOAD_LEN = 1 << 5;

  static final int CHUNK_DONE = 1;

  static final int CHUNK_NONE = 0;
  static final int CHUNK_OFFSET_DATA = 1;
  static final int CHUNK_OFFSET_HOLE = 2;
  static final int CHUNK_BLOCK_STATUS = 5;
  static final int CHUNK_BLOCK_STATUS_EXT = 6;
  static final int CHUNK_ERROR = 1 << 15 | 1;
  static final int CHUNK_ERROR_OFFSET = 1 << 15 | 2;

  static final int STATE_HOLE = 1;
  static final int STATE_ZERO = 1 << 1;
  static final int STATE_CHANGED = 1;

  /// The longest string that the protocol allows, in bytes.
  static final int MAX_STRING = 4096;

  /// The most data of a read or write that every server should take, in bytes.
  static final int MAX_PAYLOAD = 32 << 20;

  private Protocol() {}
}

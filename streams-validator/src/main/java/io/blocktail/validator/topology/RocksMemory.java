package io.blocktail.validator.topology;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/// Bounds what all stores together take outside of the heap: Kafka Streams' defaults are for each
/// of the more than fifty. Made by Kafka Streams, one for each store, so what they share is static.
/// Source: Kafka Streams' developer guide, "Memory management".
public final class RocksMemory implements RocksDBConfigSetter {
  /// For blocks, indexes, filters and what is not yet written, in bytes.
  private static final long ALL = 96L << 20;

  /// Of these, what is not yet written.
  private static final long UNWRITTEN = 32L << 20;

  private static final long BUFFER = 2L << 20;

  static {
    RocksDB.loadLibrary();
  }

  private static final Cache CACHE = new LRUCache(ALL);
  private static final WriteBufferManager BUFFERS = new WriteBufferManager(UNWRITTEN, CACHE);

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    var table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setWriteBufferManager(BUFFERS);
    options.setWriteBufferSize(BUFFER);
    options.setTableFormatConfig(table);
  }

  /// What is shared outlives every store.
  @Override
  public void close(String store, Options options) {}
}

#include "layout.hpp"

#include <initializer_list>

#include "segment_error.hpp"

namespace tacho::telemetry {
namespace {

struct Limit {
  const char* name;
  std::uint64_t Geometry::*value;
  std::uint64_t most;
};

/// Far above any use, and low enough that no sum of them overflows.
constexpr Limit kLimits[] = {
    {"shards", &Geometry::shards, 1 << 16},
    {"cellsPerShard", &Geometry::cells_per_shard, 1 << 28},
    {"directoryBytes", &Geometry::directory_bytes, 1 << 30},
};

constexpr std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

[[noreturn]] void refuse(const std::string& path, const std::string& what, std::uint64_t expected,
                         std::uint64_t received) {
  throw SegmentError("invalid_segment", "Expected " + what + " " + std::to_string(expected) +
                                            " in telemetry segment " + path + " but received " +
                                            std::to_string(received) + ".");
}

}  // namespace

Header header_for(const Geometry& geometry) {
  for (const auto& limit : kLimits) {
    const auto value = geometry.*limit.value;
    if (value >= 1 && value <= limit.most) continue;
    throw SegmentError("invalid_segment", std::string("Expected 1 to ") + std::to_string(limit.most) +
                                              " for " + limit.name + " but received " +
                                              std::to_string(value) + ".");
  }
  Header header{};
  header.magic = kMagic;
  header.layout_version = kLayoutVersion;
  header.header_bytes = sizeof(Header);
  header.shard_table_offset = aligned(sizeof(Header));
  header.shard_count = geometry.shards;
  header.directory_offset = aligned(header.shard_table_offset + geometry.shards * sizeof(ShardEntry));
  header.directory_bytes = geometry.directory_bytes;
  header.shards_offset = aligned(header.directory_offset + geometry.directory_bytes);
  header.cells_per_shard = geometry.cells_per_shard;
  header.shard_stride = aligned(geometry.cells_per_shard * sizeof(double));
  header.file_bytes = header.shards_offset + header.shard_stride * geometry.shards;
  return header;
}

void check_header(const Header& header, std::uint64_t file_bytes, const std::string& path) {
  if (header.magic != kMagic)
    throw SegmentError("invalid_segment", "Expected a telemetry segment but " + path + " is none.");
  if (header.layout_version != kLayoutVersion)
    refuse(path, "layout version", kLayoutVersion, header.layout_version);
  const Header right = header_for({header.shard_count, header.cells_per_shard, header.directory_bytes});
  struct Field {
    const char* name;
    std::uint64_t expected;
    std::uint64_t received;
  };
  for (const Field& field : std::initializer_list<Field>{
           {"header size", right.header_bytes, header.header_bytes},
           {"shard table offset", right.shard_table_offset, header.shard_table_offset},
           {"directory offset", right.directory_offset, header.directory_offset},
           {"shards offset", right.shards_offset, header.shards_offset},
           {"shard size", right.shard_stride, header.shard_stride},
           {"file size", right.file_bytes, header.file_bytes},
           {"file length", right.file_bytes, file_bytes},
       })
    if (field.expected != field.received) refuse(path, field.name, field.expected, field.received);
  const auto check_used = [&](const char* what, std::uint64_t used, std::uint64_t most) {
    if (used > most) refuse(path, std::string(what) + " of at most", most, used);
  };
  check_used("directory use", header.directory_used, header.directory_bytes);
  check_used("cell use", header.cells_used, header.cells_per_shard);
  check_used("shard use", header.shards_used, header.shard_count);
}

}  // namespace tacho::telemetry

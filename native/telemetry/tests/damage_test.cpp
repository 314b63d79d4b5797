#include <cstring>
#include <fstream>
#include <iterator>

#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {
namespace {

std::string sound_segment() {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kSmall);
  const auto requests = segment->define(kRequests);
  const auto depth = segment->define(kDepth);
  const auto latency = segment->define(kLatency);
  segment->define(kStarts);
  const auto shard = segment->claim();
  resolve(*shard, requests, {"a", "b"});
  resolve(*shard, depth, {"q"});
  resolve(*shard, latency, {"m"});
  std::ifstream in(file.path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Everything a reader and a writer do; whatever the bytes, it ends well or with a SegmentError.
void use(const std::string& path) {
  const auto segment = Segment::attach(path);
  render(segment);
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  Counter{&shard->cells()[resolve(*shard, metric, {"c", "d"})]}.inc();
  render(segment);
}

}  // namespace

TEST(files_that_are_no_segments_are_refused) {
  const TemporaryPath file;
  CHECK_EQUAL(error_code([&] { Segment::attach(file.path); }), "invalid_segment");
  CHECK_EQUAL(error_code([&] { Segment::attach("/dev/null"); }), "invalid_segment");
  CHECK_EQUAL(error_code([&] { Segment::attach("/tmp"); }), "invalid_segment");
  const auto sound = sound_segment();
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{7}, sizeof(Header) - 1, sizeof(Header), sound.size() - 1}) {
    write(file.path, sound.substr(0, length));
    CHECK_EQUAL(error_code([&] { use(file.path); }), "invalid_segment");
  }
  write(file.path, sound + "x");
  CHECK_EQUAL(error_code([&] { use(file.path); }), "invalid_segment");
}

TEST(a_newer_layout_is_refused) {
  const TemporaryPath file;
  auto bytes = sound_segment();
  const std::uint32_t newer = kLayoutVersion + 1;
  std::memcpy(bytes.data() + offsetof(Header, layout_version), &newer, sizeof newer);
  write(file.path, bytes);
  CHECK_EQUAL(error_code([&] { use(file.path); }), "invalid_segment");
}

TEST(no_damaged_byte_crashes_a_reader_or_a_writer) {
  const TemporaryPath file;
  const auto sound = sound_segment();
  const auto& header = *reinterpret_cast<const Header*>(sound.data());
  write(file.path, sound);
  std::fstream target(file.path, std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t at, const char* bytes, std::size_t count) {
    target.seekp(static_cast<std::streamoff>(at)).write(bytes, static_cast<std::streamsize>(count)).flush();
  };
  const auto damage = [&](std::size_t at) {
    for (const char mask : {'\x01', '\x80', '\xff'}) {
      const char damaged = static_cast<char>(sound[at] ^ mask);
      put(at, &damaged, 1);
      const auto code = error_code([&] { use(file.path); });
      CHECK(code == "none" || code == "invalid_segment" || code == "segment_full");
      put(0, sound.data(), sizeof(Header));
      put(header.directory_offset, sound.data() + header.directory_offset, header.directory_bytes);
    }
  };
  for (std::size_t at = 0; at < sizeof(Header); ++at) damage(at);
  for (std::size_t at = 0; at < header.directory_used; ++at) damage(header.directory_offset + at);
}

}  // namespace tacho::telemetry::tests

#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>

#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {
namespace {

const MetricSpec kOthers[] = {
    {.type = MetricType::counter, .name = "starts_total", .help = "Starts.", .exemplar_slots = 1},
    {.type = MetricType::native_histogram,
     .name = "wait_seconds",
     .help = "Wait.",
     .bounds = {0.5, 1, 2},
     .unit = "seconds",
     .schema = 0,
     .exemplar_slots = 2},
    {.type = MetricType::histogram,
     .name = "run_seconds",
     .help = "Run.",
     .bounds = {0.5, 1, 2},
     .shown = {0, 2}},
    {.type = MetricType::stateset, .name = "engine", .help = "Engine.", .states = {"up", "down"}},
    {.type = MetricType::info, .name = "build_info", .help = "Build.", .labels = {"version"}},
};

std::string sound_segment() {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kSmall);
  const auto requests = segment->define(kRequests);
  const auto depth = segment->define(kDepth);
  const auto latency = segment->define(kLatency);
  for (const auto& spec : kOthers) segment->define(spec);
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

void render_all(const std::shared_ptr<Segment>& segment) {
  Renderer renderer(segment);
  FamilySet views(
      {{.name = "waits", .type = FamilyType::histogram, .from = {{.metric = "wait_seconds", .scale = 2}}},
       {.name = "states", .type = FamilyType::gauge, .from = {{.metric = "engine"}}}});
  for (const auto format : {Format::text, Format::openmetrics, Format::protobuf, Format::json}) {
    renderer.render(format);
    CHECK(error_code([&] { renderer.render(format, &views); }) != "invalid_segment");
  }
}

/// Everything a reader and a writer do; whatever the bytes, it ends well or with a SegmentError.
void use(const std::string& path) {
  const auto segment = Segment::attach(path);
  render_all(segment);
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  Counter{&shard->cells()[resolve(*shard, metric, {"c", "d"})]}.inc();
  render_all(segment);
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

TEST(no_damaged_cell_crashes_a_reader) {
  const TemporaryPath file;
  write(file.path, sound_segment());
  const auto segment = Segment::attach(file.path);
  const auto shard = segment->claim();
  const auto cells = shard->cells().subspan(0, segment->header().cells_used);
  for (const std::uint64_t bits : {0x0202'0202'0202'0202, 0x4141'4141'4141'4142, 0x7ff0'0000'0000'0000,
                                   0x7ff8'0000'0000'0002, 0x43e0'0000'0000'0000, 0x7fe1'ccf3'85eb'c8a0}) {
    for (const auto sign : {0ULL, 1ULL << 63}) {
      for (double& cell : cells) cell = std::bit_cast<double>(bits | sign);
      render_all(segment);
    }
  }
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

TEST(series_that_share_a_cell_are_damage) {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kSmall);
  const auto metric = segment->define(kRequests);
  auto& header = segment->header();
  header.cells_used = 100;
  const auto publish = [&](std::uint32_t cell, const char* value) {
    const auto values = encode_values(std::vector<std::string>{value, ""});
    const auto record = encode_series(metric.number, MetricType::counter, 1, cell, values);
    std::memcpy(segment->mapping().data() + header.directory_offset + header.directory_used, record.data(),
                record.size());
    header.directory_used += record.size();
  };
  publish(10, "a");
  CHECK_EQUAL(error_code([&] { use(file.path); }), "none");
  publish(10, "b");
  CHECK_EQUAL(error_code([&] { use(file.path); }), "invalid_segment");
}

}  // namespace tacho::telemetry::tests

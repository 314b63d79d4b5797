#include <algorithm>
#include <atomic>
#include <map>
#include <sstream>
#include <thread>

#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {
namespace {

constexpr int kWriters = 3;
constexpr int kRounds = 20'000;
const Geometry kRoomy{.shards = 16, .cells_per_shard = 4096, .directory_bytes = 1 << 20};

using Samples = std::map<std::string, double>;

Samples parse(const std::string& text) {
  Samples samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#'))
      samples[line.substr(0, line.rfind(' '))] = std::stod(line.substr(line.rfind(' ')));
  return samples;
}

/// Registers as it goes, so that readers meet new series, and hands its shard on ten times.
void write(Segment& segment, int writer) {
  const auto requests = segment.define(kRequests);
  const auto latency = segment.define(kLatency);
  for (int round = 0; round < kRounds;) {
    const auto shard = segment.claim();
    const Histogram histogram{&shard->cells()[resolve(*shard, latency, {"m"})], &kLatencyIndex};
    for (int end = round + kRounds / 10; round < end; ++round) {
      const std::string value = std::to_string(round / 500);
      if (round % 500 == 0) resolve(*shard, requests, {value, std::to_string(writer)});
      Counter{&shard->cells()[resolve(*shard, requests, {"all", "writers"})]}.inc();
      for (const double seconds : {0.05, 0.5, 5.0}) histogram.observe(seconds);
    }
  }
}

void check_growth(const Samples& before, const Samples& now) {
  for (const auto& [series, value] : before) CHECK(now.contains(series) && now.at(series) >= value);
  const auto inf = now.find("latency_seconds_bucket{model=\"m\",le=\"+Inf\"}");
  if (inf != now.end()) CHECK_EQUAL(now.at("latency_seconds_count{model=\"m\"}"), inf->second);
}

void read(const std::shared_ptr<Segment>& segment, const std::atomic<int>& writing) {
  Renderer renderer(segment);
  Samples before;
  while (writing.load() > 0) {
    auto now = parse(renderer.render(Format::text));
    check_growth(before, now);
    before = std::move(now);
  }
}

}  // namespace

TEST(totals_never_go_back_and_are_exact_at_rest) {
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kRoomy);
  const auto elsewhere = Segment::attach(file.path);
  std::atomic<int> writing = kWriters;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer)
    threads.emplace_back([&, writer] {
      write(writer == 0 ? *elsewhere : *segment, writer);
      --writing;
    });
  for (const auto& mapping : {segment, elsewhere}) threads.emplace_back(read, mapping, std::cref(writing));
  for (auto& thread : threads) thread.join();
  const auto samples = parse(render(segment));
  CHECK_EQUAL(samples.at("requests_total{a=\"all\",b=\"writers\"}"), kWriters * kRounds);
  CHECK_EQUAL(samples.at("latency_seconds_count{model=\"m\"}"), 3 * kWriters * kRounds);
  CHECK_EQUAL(samples.at("latency_seconds_bucket{model=\"m\",le=\"0.1\"}"), kWriters * kRounds);
  CHECK(segment->header().shards_used <= kWriters);
}

TEST(mappings_that_register_at_once_agree_and_lose_nothing) {
  constexpr int kThreads = 4;
  constexpr int kSets = 300;
  const TemporaryPath file;
  const auto first = Segment::create(file.path, kRoomy);
  auto spec = kRequests;
  spec.max_series = 2 * kThreads * kSets;
  const auto metric = first->define(spec);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      const auto mapping = Segment::attach(file.path);
      const auto shard = mapping->claim();
      for (int set = 0; set < kSets; ++set)
        for (const auto& who : {std::string("all"), std::to_string(thread)})
          Counter{&shard->cells()[resolve(*shard, metric, {who, std::to_string(set)})]}.inc();
    });
  for (auto& thread : threads) thread.join();
  const auto text = render(first);
  CHECK_EQUAL(static_cast<double>(std::ranges::count(text, '\n')), 2 + (kThreads + 1) * kSets);
  for (int set = 0; set < kSets; ++set) {
    const auto b = ",b=\"" + std::to_string(set) + "\"}";
    CHECK_EQUAL(value_of(text, "requests_total{a=\"all\"" + b), kThreads);
    for (int thread = 0; thread < kThreads; ++thread)
      CHECK_EQUAL(value_of(text, "requests_total{a=\"" + std::to_string(thread) + "\"" + b), 1);
  }
}

TEST(one_renderer_serves_many_threads_while_series_are_added) {
  constexpr int kSeries = 300;
  const auto segment = Segment::create(std::nullopt, kRoomy);
  auto spec = kRequests;
  spec.max_series = kSeries;
  const auto metric = segment->define(spec);
  Renderer renderer(segment);
  const DerivedViewSpec change{.name = "change",
                               .help = "Change.",
                               .over = 10,
                               .derive = ViewProduct{.times = {{{.metric = spec.name}}}}};
  FamilySet views(
      {ViewSpec{.name = "view", .type = FamilyType::gauge, .help = "View.", .from = {{.metric = spec.name}}},
       change});
  const auto follower = renderer.follow({change});
  std::atomic<bool> writing = true;
  std::vector<std::thread> threads;
  for (const auto format : {Format::text, Format::openmetrics, Format::protobuf, Format::json})
    for (auto* shown : {static_cast<FamilySet*>(nullptr), &views})
      threads.emplace_back([&renderer, &writing, format, shown] {
        std::size_t before = 0;
        while (writing.load()) {
          const auto now = renderer.render(format, shown).size();
          CHECK(now >= before);
          before = now;
        }
      });
  threads.emplace_back([&] {
    while (writing.load()) renderer.tick(*follower);
  });
  const auto shard = segment->claim();
  for (int i = 0; i < kSeries; ++i) resolve(*shard, metric, {std::to_string(i), "x"});
  writing = false;
  for (auto& thread : threads) thread.join();
  const auto text = renderer.render(Format::text, &views);
  CHECK_EQUAL(static_cast<double>(std::ranges::count(text, '\n')), 2 * (2 + kSeries));
}

TEST(an_exemplar_is_never_shown_torn) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  auto spec = kStarts;
  spec.exemplar_slots = 1;
  const auto metric = segment->define(spec);
  const auto shard = segment->claim();
  const auto cell = resolve(*shard, metric, {});
  const ExemplarSlots slots{&shard->cells()[cell + 1], 1};
  std::atomic<bool> writing = true;
  std::vector<std::thread> readers;
  std::atomic<int> seen = 0;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      while (writing.load()) {
        const auto exemplar = read_exemplar(&shard->cells()[cell + 1]);
        if (!exemplar) continue;
        ++seen;
        const auto id = exemplar->span;
        CHECK(exemplar->trace[0] == id && exemplar->trace[1] == id);
        CHECK_EQUAL(exemplar->value, static_cast<double>(id));
      }
    });
  for (std::uint64_t id = 1; id < 20'000 || seen < 100; ++id)
    slots.keep(0, {static_cast<double>(id), 1, {id, id}, id});
  writing = false;
  for (auto& reader : readers) reader.join();
}

TEST(series_are_registered_while_another_mapping_registers_metrics) {
  constexpr int kMetrics = 300;
  const TemporaryPath file;
  const auto segment = Segment::create(file.path, kRoomy);
  const auto elsewhere = Segment::attach(file.path);
  const auto requests = segment->define(kRequests);
  std::thread other([&] {
    for (int i = 0; i < kMetrics; ++i)
      elsewhere->define({MetricType::counter, "other_" + std::to_string(i) + "_total", "Other.", {}, {}, 1});
  });
  const auto shard = segment->claim();
  for (std::uint32_t i = 0; i < kRequests.max_series; ++i) {
    const auto cell = resolve(*shard, requests, {std::to_string(i), ""});
    CHECK(cell != requests.overflow_cell);
  }
  other.join();
}

}  // namespace tacho::telemetry::tests

#include <fstream>
#include <iterator>
#include <latch>
#include <thread>

#include "../cells.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::tests {
namespace {

void count(const std::shared_ptr<Segment>& segment, double n = 1) {
  const auto metric = segment->define(kRequests);
  const auto shard = segment->claim();
  Counter{&shard->cells()[resolve(*shard, metric, {"a", "b"})]}.inc(n);
}

double total(const std::shared_ptr<Segment>& segment) {
  return value_of(render(segment), "requests_total{a=\"a\",b=\"b\"}");
}

/// Leaves a segment of a layout that this version does not know.
void leave_other_layout(const std::string& path) {
  const auto segment = Segment::adopt(path, kSmall);
  segment->header().layout_version = kLayoutVersion + 1;
}

/// Adopts as those do who find the metrics of another shape in what an earlier run left.
std::shared_ptr<Segment> adopt_instead_of(const std::shared_ptr<Segment>& earlier, const std::string& path) {
  return Segment::adopt(path, kSmall, earlier.get());
}

}  // namespace

TEST(an_adopted_segment_goes_on) {
  const TemporaryPath file;
  for (int run = 1; run <= 3; ++run) {
    const auto segment = Segment::adopt(file.path, kSmall);
    count(segment);
    CHECK_EQUAL(total(segment), run);
  }
  CHECK_EQUAL(total(Segment::attach(file.path)), 3);
}

TEST(a_segment_of_another_layout_makes_way) {
  const TemporaryPath file;
  leave_other_layout(file.path);
  const auto segment = Segment::adopt(file.path, kSmall);
  count(segment, 5);
  CHECK_EQUAL(total(segment), 5);
}

TEST(an_unfit_segment_makes_way_unless_someone_writes_to_it) {
  const TemporaryPath file;
  const auto earlier = Segment::adopt(file.path, kSmall);
  auto writer = earlier->claim();
  CHECK_EQUAL(error_code([&] { adopt_instead_of(earlier, file.path); }), "invalid_segment");
  CHECK(earlier->mapping().is_at(file.path));
  writer.reset();
  const auto next = adopt_instead_of(earlier, file.path);
  CHECK(next->mapping().is_at(file.path));
  CHECK(!earlier->mapping().is_at(file.path));
  const auto live = next->claim();
  CHECK(adopt_instead_of(earlier, file.path)->mapping().is_at(file.path));
}

TEST(a_foreign_file_is_neither_adopted_nor_changed) {
  const TemporaryPath file;
  const std::string text(1000, 'x');
  std::ofstream(file.path) << text;
  CHECK_EQUAL(error_code([&] { Segment::adopt(file.path, kSmall); }), "invalid_segment");
  std::ifstream kept(file.path);
  CHECK((std::string(std::istreambuf_iterator<char>(kept), {}) == text));
}

TEST(a_link_that_leads_nowhere_is_refused) {
  const TemporaryPath file;
  CHECK(symlink("/nowhere/at/all", file.path.c_str()) == 0);
  CHECK_EQUAL(error_code([&] { Segment::adopt(file.path, kSmall); }), "invalid_segment");
}

TEST(all_who_adopt_at_once_get_the_same_segment) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 150;
  for (int round = 0; round < kRounds; ++round) {
    const TemporaryPath file;
    std::shared_ptr<Segment> unfit;
    if (round % 3 == 1) leave_other_layout(file.path);
    if (round % 3 == 2) unfit = Segment::adopt(file.path, kSmall);
    std::latch start(kThreads);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&] {
        start.arrive_and_wait();
        count(unfit ? adopt_instead_of(unfit, file.path) : Segment::adopt(file.path, kSmall));
      });
    for (auto& thread : threads) thread.join();
    CHECK_EQUAL(total(Segment::attach(file.path)), kThreads);
  }
}

TEST(ten_thousand_writers_in_turn_take_the_room_of_one) {
  const auto segment = Segment::create(std::nullopt, kSmall);
  count(segment);
  const Header first = segment->header();
  for (int writer = 1; writer < 10'000; ++writer) count(segment);
  CHECK_EQUAL(total(segment), 10'000);
  CHECK_EQUAL(segment->header().shards_used, first.shards_used);
  CHECK_EQUAL(segment->header().cells_used, first.cells_used);
  CHECK_EQUAL(segment->header().directory_used, first.directory_used);
}

}  // namespace tacho::telemetry::tests

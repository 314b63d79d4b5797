// What recording costs native threads: `native-cost OPERATIONS ROUNDS` prints a JSON object of nanoseconds of
// CPU time an operation, each a list of the rounds' figures.
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../native/telemetry/cells.hpp"
#include "../../native/telemetry/segment.hpp"

namespace {

using namespace tacho::telemetry;

constexpr std::uint32_t kValues = 8192;
constexpr std::int32_t kSchema = 3;
const std::vector<double> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

/// As instruments.mjs makes them.
std::vector<double> spread_values(double least, double most) {
  std::vector<double> values(kValues);
  std::uint32_t state = 1;
  for (auto& value : values) {
    state = state * 1664525 + 1013904223;
    value = least * std::pow(most / least, state / 4294967296.0);
  }
  return values;
}

std::vector<double> native_bounds() {
  std::vector<double> bounds;
  for (int index = -160; index <= 80; ++index)
    bounds.push_back(std::exp2(static_cast<double>(index) / (1 << kSchema)));
  return bounds;
}

struct Instruments {
  Counter counter;
  Gauge gauge;
  Histogram histogram;
  Histogram native;
};

const std::vector<double> kHistogramValues = spread_values(kBounds.front() / 2, kBounds.back() * 2);
const std::vector<double> kNativeValues = spread_values(1e-6, 1e3);
const BucketIndex kIndex(kBounds);
const BucketIndex kNativeIndex(native_bounds());

double thread_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Nanoseconds an operation.
template <typename Operation>
double cost(std::uint32_t operations, const Operation& operation) {
  const double start = thread_nanoseconds();
  for (std::uint32_t i = 0; i < operations; ++i) {
    operation(i);
    asm volatile("" ::: "memory");  // As far as the compiler knows, another thread may look after each.
  }
  return (thread_nanoseconds() - start) / operations;
}

double cost_of(const std::string& name, const Instruments& on, std::uint32_t operations) {
  if (name == "counter") return cost(operations, [on](auto) { on.counter.inc(); });
  if (name == "gauge") return cost(operations, [on](auto i) { on.gauge.set(i); });
  if (name == "histogram")
    return cost(operations, [on](auto i) { on.histogram.observe(kHistogramValues[i % kValues]); });
  if (name == "native histogram")
    return cost(operations, [on](auto i) { on.native.observe(kNativeValues[i % kValues]); });
  return cost(operations, [](auto) {});
}

MetricSpec spec_of(MetricType type, const char* name, std::vector<double> bounds = {}) {
  MetricSpec spec{};
  spec.type = type;
  spec.name = name;
  spec.help = "Measured.";
  spec.labels = {"model", "outcome"};
  spec.bounds = std::move(bounds);
  if (type == MetricType::native_histogram) spec.schema = kSchema;
  return spec;
}

/// A thread's own shard, and instruments with two labels in it.
class Writer {
 public:
  explicit Writer(Segment& segment) : shard_(segment.claim()) {
    const auto cells = [&](const MetricSpec& spec) {
      const std::vector<std::string> labels{"tacho-mini", "success"};
      return &shard_->cells()[shard_->resolve(segment.define(spec).number, labels)];
    };
    on_.emplace(Instruments{
        {cells(spec_of(MetricType::counter, "requests_total"))},
        {cells(spec_of(MetricType::gauge, "depth"))},
        {cells(spec_of(MetricType::histogram, "latency_seconds", kBounds)), &kIndex},
        {cells(spec_of(MetricType::native_histogram, "native_seconds", native_bounds())), &kNativeIndex}});
  }

  const Instruments& instruments() const { return *on_; }

 private:
  std::unique_ptr<Shard> shard_;
  std::optional<Instruments> on_;
};

void pin(unsigned core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core % std::thread::hardware_concurrency(), &cores);
  pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

/// The mean cost of writers that begin together, each on a core of its own.
double cost_together(const std::string& name, const std::vector<const Writer*>& writers,
                     std::uint32_t operations) {
  std::atomic<std::size_t> present = 0;
  std::vector<double> costs(writers.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writers.size(); ++i)
    threads.emplace_back([&, i] {
      pin(static_cast<unsigned>(i));
      ++present;
      while (present < writers.size())
        ;
      costs[i] = cost_of(name, writers[i]->instruments(), operations);
    });
  for (auto& thread : threads) thread.join();
  double sum = 0;
  for (const double each : costs) sum += each;
  return sum / static_cast<double>(costs.size());
}

void print(const std::map<std::string, std::vector<double>>& figures) {
  const char* before = "{";
  for (const auto& [name, rounds] : figures) {
    std::printf("%s\"%s\":[", before, name.c_str());
    for (std::size_t i = 0; i < rounds.size(); ++i) std::printf(i > 0 ? ",%.3f" : "%.3f", rounds[i]);
    std::printf("]");
    before = ",";
  }
  std::printf("}\n");
}

}  // namespace

int main(int count, char** given) {
  if (count != 3) return 2;
  const auto operations = static_cast<std::uint32_t>(std::atol(given[1]));
  const auto segment =
      Segment::create(std::nullopt, {.shards = 4, .cells_per_shard = 4096, .directory_bytes = 65536});
  const Writer one(*segment);
  const Writer two(*segment);
  std::map<std::string, std::vector<double>> figures;
  for (int round = 0; round < std::atoi(given[2]); ++round)
    for (const std::string name : {"empty loop", "counter", "gauge", "histogram", "native histogram"}) {
      figures[name].push_back(
          (cost_together(name, {&one}, operations) + cost_together(name, {&two}, operations)) / 2);
      figures[name + ", two writers"].push_back(cost_together(name, {&one, &two}, operations));
    }
  print(figures);
}

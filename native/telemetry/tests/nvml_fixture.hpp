#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "../nvml/sampler.hpp"
#include "fixture.hpp"

namespace tacho::telemetry::nvml::tests {

using telemetry::tests::TemporaryPath;
using telemetry::tests::value_of;

inline std::string fake_library(const std::string& name = "libfake_nvml.so") {
  const char* const folder = std::getenv("TACHO_FAKE_LIBRARIES");
  CHECK(folder != nullptr);
  return std::string(folder) + "/" + name;
}

/// Tells the fake what to answer, see fake_nvml.c, and what it was called.
class Fake {
 public:
  Fake() {
    setenv("FAKE_NVML_CONTROL", control().path.c_str(), 1);
    setenv("FAKE_NVML_LOG", log_file().path.c_str(), 1);
    forget_calls();
    write();
  }

  void say(const std::string& key, const std::string& value) {
    said_[key] = value;
    write();
  }
  void unsay(const std::string& key) {
    said_.erase(key);
    write();
  }
  void forget_calls() { std::ofstream(log_file().path, std::ios::trunc); }

  /// How often the call began, or ended with `mark` '-'.
  static std::ptrdiff_t calls(const std::string& function, char mark = '+') {
    std::ifstream file(log_file().path);
    std::ptrdiff_t found = 0;
    for (std::string line; std::getline(file, line);) found += line == std::string(1, mark) + " " + function;
    return found;
  }

 private:
  static const TemporaryPath& control() {
    static const TemporaryPath path;
    return path;
  }
  static const TemporaryPath& log_file() {
    static const TemporaryPath path;
    return path;
  }

  void write() const {
    const auto unfinished = control().path + ".new";
    std::ofstream file(unfinished);
    for (const auto& [key, value] : said_) file << key << " " << value << "\n";
    file.close();
    std::rename(unfinished.c_str(), control().path.c_str());
  }

  std::map<std::string, std::string> said_;
};

inline const Geometry kRoomy{.shards = 4, .cells_per_shard = 1 << 14, .directory_bytes = 1 << 17};

/// A sampler whose clock the test moves, over the fake.
struct Bench {
  explicit Bench(const std::string& library = fake_library(),
                 std::shared_ptr<Segment> in = Segment::create(std::nullopt, kRoomy))
      : segment(std::move(in)),
        recorder(segment),
        sampler(library, recorder, [this] { return read_clock(); }) {}

  void tick(Seconds pause = Seconds(1)) {
    now += pause;
    sampler.tick();
  }
  void ticks(int count) {
    for (int i = 0; i < count; ++i) tick();
  }

  std::string text() const { return telemetry::tests::render(segment); }
  /// NaN when the series is not shown.
  double value(const std::string& series) const { return value_of(text(), series); }
  /// Of a metric of GPU 0.
  double of_gpu(const std::string& name, const std::string& more_labels = "") const {
    return value("tacho_gpu_" + name + "{gpu=\"0\",uuid=\"GPU-0\"" + more_labels + "}");
  }
  /// The count of the histogram of the call's durations.
  double timed_calls(const std::string& call) const {
    Directory directory(segment->mapping());
    directory.refresh();
    const auto* metric = directory.find("tacho_gpu_nvml_call_duration_seconds");
    CHECK(metric != nullptr);
    double count = 0;
    for (const auto& series : metric->series)
      if (decode_values(series.values, 1)[0] == call)
        for (const double cell : segment->cells(0).subspan(series.cell, metric->spec.bounds.size() + 1))
          count += cell;
    return count;
  }
  bool shows(const std::string& text_part) const { return text().find(text_part) != std::string::npos; }
  std::string state() const { return name_of(sampler.status().state); }
  std::string reason() const { return sampler.status().reason; }

  Instant read_clock() { return now += time_between_readings; }

  Instant now{Seconds(1000)};
  /// Half of how long every call seems to take.
  Seconds time_between_readings{0};
  std::shared_ptr<Segment> segment;
  Recorder recorder;
  Sampler sampler;
};

}  // namespace tacho::telemetry::nvml::tests

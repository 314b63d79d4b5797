#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "../../testing/check.hpp"
#include "../bucket_index.hpp"
#include "../render/number_format.hpp"
#include "../render/renderer.hpp"
#include "../segment.hpp"
#include "../segment_error.hpp"

namespace tacho::telemetry::tests {

inline const Geometry kSmall{.shards = 4, .cells_per_shard = 512, .directory_bytes = 4096};
inline const MetricSpec kRequests{MetricType::counter, "requests_total", "Requests.", {"a", "b"}, {}, 100};
inline const MetricSpec kDepth{MetricType::gauge, "depth", "Depth.", {"queue"}, {}, 100};
inline const MetricSpec kStarts{MetricType::counter, "starts_total", "Starts.", {}, {}, 1};
inline const MetricSpec kLatency{
    MetricType::histogram, "latency_seconds", "Latency.", {"model"}, {0.1, 1}, 100};
inline const BucketIndex kLatencyIndex{kLatency.bounds};

/// A path that nobody has; the file there is removed at the end.
struct TemporaryPath {
  TemporaryPath() : path("/tmp/tacho-test-" + std::to_string(getpid()) + "-" + std::to_string(next++)) {}
  ~TemporaryPath() { ::unlink(path.c_str()); }

  const std::string path;
  static inline int next = 0;
};

inline std::string render(const std::shared_ptr<Segment>& segment) {
  return Renderer(segment).render(Format::text);
}

inline std::uint32_t resolve(Shard& shard, const MetricPlace& metric,
                             const std::vector<std::string>& values) {
  return shard.resolve(metric.number, values);
}

/// The value after `series ` at the start of a line; NaN when there is no such line.
inline double value_of(const std::string& text, const std::string& series) {
  const auto at = ("\n" + text).find("\n" + series + " ");
  return at == std::string::npos ? NAN : std::strtod(text.c_str() + at + series.size() + 1, nullptr);
}

inline std::string error_code(const std::function<void()>& call) {
  try {
    call();
  } catch (const SegmentError& error) {
    return error.code;
  }
  return "none";
}

/// Runs `body` in a process of its own, which then dies without giving anything back.
inline void run_and_kill(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

}  // namespace tacho::telemetry::tests

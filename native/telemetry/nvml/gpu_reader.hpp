#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "clock.hpp"
#include "recorder.hpp"
#include "sampler.hpp"

namespace tacho::telemetry::nvml {

struct ReaderOptions {
  std::string library = "libnvidia-ml.so.1";
  Seconds interval{1};
};

/// Reads the GPUs on a thread of its own. Nobody ever waits for that thread: it owns itself, and a call of
/// NVML that it sits in when it is closed ends when it ends, with nowhere to write to. The code of this
/// library must stay loaded for it. Thread-safe.
class GpuReader {
 public:
  /// Throws SegmentError when no shard is left.
  static std::shared_ptr<GpuReader> start(std::shared_ptr<Segment> segment, const ReaderOptions& options);

  Status status() const;

  /// Takes the GPUs' gauges away and lets the thread end. Idempotent.
  void close();

 private:
  GpuReader(std::shared_ptr<Segment> segment, const ReaderOptions& options);

  void run();

  const Seconds interval_;
  Recorder recorder_;
  Sampler sampler_;
  mutable std::mutex mutex_;
  std::condition_variable closing_;
  bool closed_ = false;
};

}  // namespace tacho::telemetry::nvml

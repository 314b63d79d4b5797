// What other threads say to the decode loop, and what it says back.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "request.hpp"

namespace tacho::engine {

/// Thread-safe. A request is announced before it is assembled on another thread, so that a cancellation that
/// arrives meanwhile finds it.
class Inbox {
 public:
  struct Delivery {
    std::vector<Prepared> arrived;
    std::vector<End> ended;            // refused in assembly, or cancelled before they arrived
    std::vector<RequestId> cancelled;  // requests that had arrived earlier
    bool closed = false;
  };

  void announce(RequestId id);
  /// False: it was cancelled meanwhile, and ends without ever running.
  bool arrive(Prepared request);
  /// The announced request ends without ever running.
  void refuse(End end);
  void cancel(RequestId id);
  void close();

  /// All that came since the last call. With `wait`, blocks until there is something.
  Delivery take(bool wait);

 private:
  bool settle(RequestId id);

  std::mutex mutex_;
  std::condition_variable changed_;
  Delivery pending_;
  std::unordered_map<RequestId, bool> assembling_;  // true: cancelled meanwhile
};

/// Thread-safe. Calls `notify` when output is there that was not before: at most once a step, less often when
/// the reader is late, since it then takes several steps' output at once.
class Outbox {
 public:
  explicit Outbox(std::function<void()> notify) : notify_(std::move(notify)) {}
  /// Hands `output` over and leaves it empty.
  void put(StepOutput& output);
  StepOutput take();

 private:
  std::function<void()> notify_;
  std::mutex mutex_;
  StepOutput held_;
};

}  // namespace tacho::engine

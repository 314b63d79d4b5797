// A few persistent threads that share the rows of a step with the thread that has them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tacho::engine {

/// One thread calls run(); helpers sleep in between: spinning, they would take cores from the back end's
/// threads.
class Crew {
 public:
  /// `helpers` threads beside the caller; 0 … any.
  explicit Crew(std::size_t helpers);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  std::size_t helpers() const { return threads_.size(); }
  /// Calls `task` once for each of 0 … count - 1, on any of the threads, and returns when all calls have.
  /// `task` must not throw.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  void help();
  bool work_one(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable done_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t unfinished_ = 0;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tacho::engine

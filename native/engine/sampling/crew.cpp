#include "crew.hpp"

namespace tacho::engine {

Crew::Crew(std::size_t helpers) {
  for (std::size_t i = 0; i < helpers; ++i) threads_.emplace_back([this] { help(); });
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Crew::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (threads_.empty() || count < 2) {
    for (std::size_t item = 0; item < count; ++item) task(item);
    return;
  }
  std::unique_lock lock(mutex_);
  task_ = &task;
  next_ = 0;
  count_ = unfinished_ = count;
  // The caller works too, so that one item needs no helper.
  for (std::size_t woken = 0; woken < threads_.size() && woken + 1 < count; ++woken) arrived_.notify_one();
  while (work_one(lock)) {
  }
  done_.wait(lock, [this] { return unfinished_ == 0; });
}

void Crew::help() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return closed_ || next_ < count_; });
    if (closed_) return;
    while (work_one(lock)) {
    }
  }
}

/// Takes the next item, if there is one. The lock is held on both ends and let go while the task runs: a row
/// takes a thousand times longer than the lock.
bool Crew::work_one(std::unique_lock<std::mutex>& lock) {
  if (next_ == count_) return false;
  const auto item = next_++;
  const auto& task = *task_;
  lock.unlock();
  task(item);
  lock.lock();
  if (--unfinished_ == 0) done_.notify_one();
  return true;
}

}  // namespace tacho::engine

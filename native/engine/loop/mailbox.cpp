#include "mailbox.hpp"

#include <iterator>

namespace tacho::engine {

namespace {

template <typename T>
void move_all(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

void Inbox::announce(RequestId id) {
  const std::lock_guard lock(mutex_);
  assembling_.emplace(id, false);
}

bool Inbox::arrive(Prepared request) {
  const std::lock_guard lock(mutex_);
  const bool cancelled = settle(request.id);
  if (cancelled) {
    End end{.id = request.id, .reason = Finish::cancelled};
    pending_.ended.push_back(std::move(end));
  } else {
    pending_.arrived.push_back(std::move(request));
  }
  changed_.notify_one();
  return !cancelled;
}

void Inbox::refuse(End end) {
  const std::lock_guard lock(mutex_);
  settle(end.id);
  pending_.ended.push_back(std::move(end));
  changed_.notify_one();
}

void Inbox::cancel(RequestId id) {
  const std::lock_guard lock(mutex_);
  if (auto found = assembling_.find(id); found != assembling_.end()) {
    found->second = true;
    return;
  }
  pending_.cancelled.push_back(id);
  changed_.notify_one();
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  pending_.closed = true;
  changed_.notify_one();
}

Inbox::Delivery Inbox::take(bool wait) {
  std::unique_lock lock(mutex_);
  const auto something = [this] {
    return pending_.closed || !pending_.arrived.empty() || !pending_.ended.empty() ||
           !pending_.cancelled.empty();
  };
  if (wait) changed_.wait(lock, something);
  Delivery taken;
  std::swap(taken, pending_);
  pending_.closed = taken.closed;
  return taken;
}

/// Takes `id` off the announced requests; true when it was cancelled meanwhile.
bool Inbox::settle(RequestId id) {
  const auto found = assembling_.find(id);
  if (found == assembling_.end()) return false;
  const bool cancelled = found->second;
  assembling_.erase(found);
  return cancelled;
}

void Outbox::put(StepOutput& output) {
  if (output.empty()) return;
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = held_.empty();
    move_all(output.pieces, held_.pieces);
    move_all(output.ends, held_.ends);
  }
  if (was_empty) notify_();
}

StepOutput Outbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(held_, {});
}

}  // namespace tacho::engine

// Who runs, in which sequence, with which KV cells: everything about requests and memory but the steps
// themselves.
#pragma once

#include <utility>
#include <vector>

#include "meters.hpp"
#include "prefix_cache.hpp"
#include "task.hpp"

namespace tacho::engine {

/// Keeps the model's memory and the PrefixCache the same. Used by the loop's thread alone.
class Scheduler {
 public:
  Scheduler(Runtime& runtime, Meters& meters);

  /// All that wait, in the order of their ranks, taken out.
  std::vector<TaskPtr> take_waiting() { return std::exchange(waiting_, {}); }
  /// Oldest first.
  std::vector<TaskPtr>& running() { return running_; }
  const std::vector<TaskPtr>& running() const { return running_; }
  bool is_idle() const { return running_.empty() && waiting_.empty(); }

  void enqueue(TaskPtr task);
  /// Takes the request out, wherever it is; null when it is not here.
  TaskPtr withdraw(RequestId id);
  /// Gives sequences to waiting requests in the order of their ranks. One that cannot have its cells holds up
  /// those behind it, else large requests would starve; one that waits for a running request to compute the
  /// beginning of its own prompt does not.
  void admit_waiting();

  /// Tokens that the request's memory lacks: 1 while it generates.
  std::int32_t uncomputed(const Task& task) const { return task.size() - cache_.held(task.sequence); }
  std::int32_t computed(const Task& task) const { return cache_.held(task.sequence); }
  std::int32_t free_cells() const { return cache_.free_cells(); }

  /// Makes `cells` free: prefixes of ended requests go first, the least recently used one before others.
  /// False when a running request had to leave: then the plan no longer holds.
  bool make_room(std::int32_t cells);
  /// The same when the memory refused what our count allowed. False when nothing is left to give up.
  bool relieve();

  /// The memory of a running request was extended by a step.
  void extend(const Task& task, std::span<const Token> tokens);
  void cut(const Task& task, std::int32_t length);
  /// The request runs no more; its tokens stay for the next one with the same beginning.
  void leave(Task& task);
  /// The state of a running request's memory is unknown.
  void forget(Task& task);

  void measure();

 private:
  enum class Verdict { admitted, waits_for_prefix, no_room };

  Verdict admit(Task& task);
  bool has_room(const Task& task, const PrefixCache::Match& match) const;
  bool waits_for_prefix(const Task& task, std::int32_t matched) const;
  PrefixCache::Match useful_match(const Task& task) const;
  bool takes_over(const PrefixCache::Match& match, std::int32_t vacant) const;
  void enter(Task& task, const PrefixCache::Match& match, std::int32_t vacant);
  void clear(std::int32_t sequence);
  void evict(const PrefixCache::Eviction& eviction);
  void preempt();

  Runtime& runtime_;
  Meters& meters_;
  PrefixCache cache_;
  std::int32_t worth_sharing_;    // common tokens
  std::vector<TaskPtr> waiting_;  // by rank
  std::vector<TaskPtr> running_;
  bool full_ = false;  // the memory refused a step; nobody comes in until somebody has left
};

}  // namespace tacho::engine

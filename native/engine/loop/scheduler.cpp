#include "scheduler.hpp"

#include <algorithm>
#include <tuple>

namespace tacho::engine {

namespace {

/// Fewer common tokens than this are computed sooner than found, copied and waited for.
constexpr std::int32_t kWorthSharing = 16;

/// Between buffers a copy moves all cells of one, however few are wanted: then at least this part of it.
constexpr std::int32_t kWorthMoving = 16;

/// Cells kept free for each running request when another is let in beside it; without them the newcomer would
/// be preempted a few steps later, and computed in vain.
constexpr std::int32_t kHeadroom = 16;

/// True when the two have more than the first `count` tokens in common.
bool shares_more_than(std::int32_t count, std::span<const Token> one, std::span<const Token> other) {
  const auto length = static_cast<std::size_t>(count) + 1;
  if (one.size() < length || other.size() < length) return false;
  // The last one first: it tells most prompts apart.
  return one[length - 1] == other[length - 1] && std::ranges::equal(one.first(length), other.first(length));
}

TaskPtr take(std::vector<TaskPtr>& tasks, RequestId id) {
  const auto found = std::ranges::find_if(tasks, [id](const TaskPtr& task) { return task->id == id; });
  if (found == tasks.end()) return nullptr;
  auto task = std::move(*found);
  tasks.erase(found);
  return task;
}

}  // namespace

Scheduler::Scheduler(Runtime& runtime, Meters& meters)
    : runtime_(runtime),
      meters_(meters),
      cache_(runtime.limits().sequences, runtime.limits().cells, runtime.limits().shared_cells),
      worth_sharing_(runtime.limits().shared_cells
                         ? kWorthSharing
                         : std::max(kWorthSharing, runtime.limits().context / kWorthMoving)) {}

void Scheduler::enqueue(TaskPtr task) {
  const auto place = std::ranges::upper_bound(waiting_, task->rank, {},
                                              [](const TaskPtr& waiting) { return waiting->rank; });
  waiting_.insert(place, std::move(task));
}

TaskPtr Scheduler::withdraw(RequestId id) {
  if (auto task = take(waiting_, id)) return task;
  auto task = take(running_, id);
  if (task && task->sequence >= 0) leave(*task);
  return task;
}

// --- who comes in ------------------------------------------------------------------------------------------

void Scheduler::admit_waiting() {
  const auto slots = static_cast<std::size_t>(runtime_.limits().slots);
  for (std::size_t i = 0; i < waiting_.size() && running_.size() < slots;) {
    const auto verdict = admit(*waiting_[i]);
    if (verdict == Verdict::no_room) return;
    if (verdict == Verdict::waits_for_prefix) {
      ++i;
      continue;
    }
    running_.push_back(std::move(waiting_[i]));
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

Scheduler::Verdict Scheduler::admit(Task& task) {
  const auto match = useful_match(task);
  if (waits_for_prefix(task, match.length)) return Verdict::waits_for_prefix;
  const auto vacant = cache_.vacant(match.sequence);
  const bool idle_donor = match.sequence >= 0 && takes_over(match, vacant);
  if ((vacant < 0 && !idle_donor) || !has_room(task, match)) return Verdict::no_room;
  enter(task, match, vacant);
  return Verdict::admitted;
}

/// Admits when the whole prompt has room beside what the others have still to compute; a request alone always
/// has.
bool Scheduler::has_room(const Task& task, const PrefixCache::Match& match) const {
  if (running_.empty()) return true;
  if (full_) return false;
  auto wanted = task.size() + 1 - match.length;
  for (const auto& other : running_) wanted += uncomputed(*other);
  if (runtime_.limits().shared_cells) wanted += kHeadroom * static_cast<std::int32_t>(running_.size());
  return wanted <= cache_.free_cells() + cache_.idle_cells() - match.idle_cells;
}

/// True when a running request is about to compute more of this prompt than anyone holds: simultaneous
/// requests with one beginning compute it once. Not for one of lower priority, which may have to wait itself.
bool Scheduler::waits_for_prefix(const Task& task, std::int32_t matched) const {
  if (!runtime_.limits().divisible) return false;
  const auto wanted = std::span(task.tokens).first(task.tokens.size() - 1);
  return std::ranges::any_of(running_, [&](const TaskPtr& other) {
    if (other->priority < task.priority || other->cache_space != task.cache_space) return false;
    const auto known = std::max({matched, computed(*other), worth_sharing_ - 1});
    return uncomputed(*other) > 1 && shares_more_than(known, wanted, other->tokens);
  });
}

/// What the request can have of others' memory. Only copies must be worth their while: a conversation goes on
/// where it is.
PrefixCache::Match Scheduler::useful_match(const Task& task) const {
  const auto match = cache_.longest(task.cache_space, task.tokens);
  const bool goes_on = match.sequence >= 0 && takes_over(match, match.sequence);
  return goes_on || match.length >= worth_sharing_ ? match : PrefixCache::Match{};
}

/// The newcomer goes on in the sequence it matched, instead of in a copy: when nothing is lost by it, when
/// most of a copy would be made for nothing, or when there is no other place.
bool Scheduler::takes_over(const PrefixCache::Match& match, std::int32_t vacant) const {
  const auto runs_there = [&](const TaskPtr& task) { return task->sequence == match.sequence; };
  if (std::ranges::any_of(running_, runs_there)) return false;
  const auto held = cache_.held(match.sequence);
  if (vacant < 0 || held == match.length) return true;
  const auto& limits = runtime_.limits();
  return limits.divisible && !limits.shared_cells && 2 * match.length >= held;
}

void Scheduler::enter(Task& task, const PrefixCache::Match& match, std::int32_t vacant) {
  const bool takes = match.sequence >= 0 && takes_over(match, vacant);
  task.sequence = takes ? match.sequence : vacant;
  runtime_.take_restore_seconds();  // what went back to free cells has served nobody
  evict({{task.sequence}, takes ? match.length : 0});
  cache_.occupy(task.sequence, task.cache_space);
  if (!takes && match.sequence >= 0) {
    cache_.copy(match.sequence, task.sequence, runtime_.copy(match.sequence, task.sequence, match.length));
  }
  if (const auto seconds = runtime_.take_restore_seconds(); seconds > 0 && computed(task) > 0)
    meters_.state_restore_duration.observe(seconds);
  if (!task.taken_up) task.cached_tokens = computed(task);
  runtime_.bind(task.sequence, task.sampler.get());
}

// --- who leaves --------------------------------------------------------------------------------------------

bool Scheduler::make_room(std::int32_t cells) {
  while (cache_.free_cells() < cells) {
    if (const auto eviction = cache_.least_recent(cells - cache_.free_cells())) {
      evict(*eviction);
    } else {
      preempt();
      return false;
    }
  }
  return true;
}

bool Scheduler::relieve() {
  if (const auto eviction = cache_.least_recent(runtime_.limits().cells)) {
    evict(*eviction);
    return true;
  }
  if (running_.size() <= 1) return false;
  preempt();
  full_ = true;
  return true;
}

void Scheduler::evict(const PrefixCache::Eviction& eviction) {
  const auto before = cache_.used_cells();
  for (const auto sequence : eviction.sequences) {
    if (cache_.held(sequence) > eviction.length)
      cache_.cut(sequence, runtime_.cut(sequence, eviction.length));
  }
  meters_.evicted_prefix_tokens.inc(before - cache_.used_cells());
}

/// The youngest of the lowest priority waits to be computed again; what it sampled and showed stays. Its
/// cells are the next to be evicted, and what is left of them then is found again. Never called with one
/// request alone: the context is no larger than the cells.
void Scheduler::preempt() {
  const auto victim = std::ranges::max_element(running_, {}, [](const TaskPtr& task) {
    return std::tuple(-task->priority, task->arrived_at, task->id);
  });
  auto task = std::move(*victim);
  running_.erase(victim);
  task->once_computed = std::max(task->once_computed, computed(*task));
  task->draft.clear();
  leave(*task);
  meters_.preemptions.inc();
  enqueue(std::move(task));
}

void Scheduler::extend(const Task& task, std::span<const Token> tokens) {
  const auto known = task.once_computed - computed(task);
  meters_.recomputed_tokens.inc(std::clamp(known, 0, static_cast<std::int32_t>(tokens.size())));
  cache_.extend(task.sequence, tokens);
}

void Scheduler::leave(Task& task) {
  runtime_.bind(task.sequence, nullptr);
  cache_.release(task.sequence);
  task.sequence = -1;
  full_ = false;
}

void Scheduler::forget(Task& task) {
  const auto sequence = task.sequence;
  leave(task);
  clear(sequence);
}

void Scheduler::cut(const Task& task, std::int32_t length) {
  cache_.cut(task.sequence, runtime_.cut(task.sequence, length));
}

void Scheduler::clear(std::int32_t sequence) { evict({{sequence}, 0}); }

void Scheduler::measure() {
  meters_.kv_cells_used.set(cache_.used_cells());
  meters_.prefix_cells.set(cache_.idle_cells());
}

}  // namespace tacho::engine

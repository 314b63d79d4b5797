#include "checkpoints.hpp"

#include <algorithm>
#include <utility>

namespace tacho::engine {

bool Checkpoints::has(std::int32_t sequence, std::int32_t length) const {
  return std::ranges::any_of(entries_, [&](const Checkpoint& entry) {
    return entry.sequence == sequence && entry.length == length;
  });
}

void Checkpoints::add(std::int32_t sequence, std::int32_t length, State state) {
  bytes_ += state.size();
  entries_.push_back({sequence, length, std::make_shared<const State>(std::move(state))});
  while (!entries_.empty() && (entries_.size() > bounds_.count || bytes_ > bounds_.bytes)) drop(0);
}

Checkpoints::Checkpoint Checkpoints::longest(std::int32_t sequence, std::int32_t length) {
  auto best = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->sequence != sequence || entry->length > length) continue;
    if (best == entries_.end() || entry->length > best->length) best = entry;
  }
  if (best == entries_.end()) return {};
  std::rotate(best, best + 1, entries_.end());
  return entries_.back();
}

void Checkpoints::share(std::int32_t from, std::int32_t to) {
  const auto count = entries_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (entries_[i].sequence == from) entries_.push_back({to, entries_[i].length, entries_[i].state});
  }
  while (entries_.size() > bounds_.count) drop(0);
}

void Checkpoints::cut(std::int32_t sequence, std::int32_t length) {
  for (auto i = entries_.size(); i-- > 0;) {
    if (entries_[i].sequence == sequence && entries_[i].length > length) drop(i);
  }
}

void Checkpoints::drop(std::size_t at) {
  const auto state = std::move(entries_[at].state);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  if (std::ranges::find(entries_, state, &Checkpoint::state) == entries_.end()) bytes_ -= state->size();
}

}  // namespace tacho::engine

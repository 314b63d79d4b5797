#include "sequences.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

std::uint64_t hash_of(std::span<const std::uint32_t> sequence) {
  std::uint64_t hash = sequence.size();
  for (const auto number : sequence) {
    hash = (hash ^ number) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 32U;
  }
  return hash;
}

}  // namespace

Sequences::Id Sequences::intern(std::span<const std::uint32_t> sequence) {
  auto place = place_of(sequence);
  if (places_[place] != kFree) return places_[place];
  if (2 * ends_.size() >= places_.size()) {
    grow();
    place = place_of(sequence);
  }
  const auto id = static_cast<Id>(ends_.size());
  numbers_.insert(numbers_.end(), sequence.begin(), sequence.end());
  ends_.push_back(static_cast<std::uint32_t>(numbers_.size()));
  places_[place] = id;
  return id;
}

std::size_t Sequences::place_of(std::span<const std::uint32_t> sequence) const {
  auto place = hash_of(sequence) & (places_.size() - 1);
  while (places_[place] != kFree && !std::ranges::equal((*this)[places_[place]], sequence)) {
    place = (place + 1) & (places_.size() - 1);
  }
  return place;
}

void Sequences::grow() {
  places_.assign(2 * places_.size(), kFree);
  for (Id id = 0; id < ends_.size(); ++id) places_[place_of((*this)[id])] = id;
}

}  // namespace tacho::engine

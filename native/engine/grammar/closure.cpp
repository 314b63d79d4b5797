#include "closure.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

constexpr std::uint64_t kFree = ~0ULL;
constexpr std::size_t kFirstPlaces = 1024;
/// More than this is not kept from one closure to the next.
constexpr std::size_t kKeptPlaces = std::size_t{64} * 1024;

std::size_t hash_of(std::uint64_t pair) { return (pair * 0x9E3779B97F4A7C15U) >> 24U; }

}  // namespace

bool PairSet::insert(std::uint32_t first, std::uint32_t second) {
  if (2 * pairs_.size() >= places_.size()) {
    places_.assign(std::max(kFirstPlaces, 2 * places_.size()), kFree);
    for (const auto pair : pairs_) place(pair);
  }
  const std::uint64_t pair = static_cast<std::uint64_t>(first) << 32U | second;
  const auto mask = places_.size() - 1;
  auto at = hash_of(pair) & mask;
  while (places_[at] != kFree) {
    if (places_[at] == pair) return false;
    at = (at + 1) & mask;
  }
  places_[at] = pair;
  pairs_.push_back(pair);
  return true;
}

void PairSet::place(std::uint64_t pair) {
  const auto mask = places_.size() - 1;
  auto at = hash_of(pair) & mask;
  while (places_[at] != kFree) at = (at + 1) & mask;
  places_[at] = pair;
}

void PairSet::clear() {
  if (places_.size() > kKeptPlaces) {
    places_ = {};
    pairs_ = {};
    return;
  }
  const auto mask = places_.size() - 1;
  // Each is found from its own place on, through places that may have been freed: so by scanning the run.
  for (const auto pair : pairs_) {
    auto at = hash_of(pair) & mask;
    while (places_[at] != pair) at = (at + 1) & mask;
    places_[at] = kFree;
  }
  pairs_.clear();
}

void Closure::begin() {
  for (const auto& local : locals_) local_at_[local.position] = kNone;
  locals_.clear();
  links_.clear();
  seen_.clear();
  todo_.clear();
  reads_.clear();
  triples_.clear();
}

std::size_t Closure::bytes() const {
  return bytes_of(local_at_) + bytes_of(locals_) + bytes_of(links_) + seen_.bytes() + bytes_of(todo_) +
         bytes_of(reads_) + bytes_of(triples_) + bytes_of(frames_) + bytes_of(numbers_);
}

void Closure::arrive(Position position, Frame frame) {
  work_.spend(1);
  if (seen_.insert(position, frame)) todo_.push_back({position, frame});
}

void Closure::keep(Position position, Utf8Automaton::State character, Sequences::Id parents) {
  work_.spend(1);
  triples_.push_back({position, character, parents});
}

void Closure::follow(Arrival arrival) {
  const auto& element = grammar_.at(arrival.position);
  switch (element.kind) {
    case Grammar::Element::Kind::end:
      return leave(arrival.frame);
    case Grammar::Element::Kind::rule:
      return enter(arrival.position, arrival.frame);
    case Grammar::Element::Kind::character:
      if (element.value != Utf8Automaton::kNone) reads_.push_back(arrival);
      return;
    case Grammar::Element::Kind::token:
    case Grammar::Element::Kind::other_token:
      return reads_.push_back(arrival);
  }
}

void Closure::leave(Frame frame) {
  if (frame == Stacks::kBottom) return reads_.push_back({Grammar::kEnd, frame});
  if (frame & kLocal) {
    auto& local = locals_[frame & ~kLocal];
    local.left = true;
    for (auto link = local.parents; link != kNone; link = links_[link].next) {
      arrive(local.position, links_[link].frame);
    }
    return;
  }
  const auto pair = stacks_.frames[frame];
  for (const auto parent : stacks_.parents[pair[1]]) arrive(pair[0], parent);
}

void Closure::enter(Position position, Frame frame) {
  const auto rule = grammar_.at(position).value;
  const auto behind = grammar_.behind(position);
  auto target = frame;  // a rule at the end of another needs no frame of its own
  if (behind != Grammar::kEnd) {
    auto& index = local_at_[behind];
    const bool is_new = index == kNone;
    if (is_new) {
      index = static_cast<std::uint32_t>(locals_.size());
      locals_.push_back({behind});
    }
    auto& local = locals_[index];
    links_.push_back({frame, local.parents});
    local.parents = static_cast<std::uint32_t>(links_.size() - 1);
    if (local.left) arrive(behind, frame);
    if (!is_new) return;
    target = kLocal | index;
  }
  for (const auto alternative : grammar_.alternatives(rule)) arrive(alternative, target);
}

bool Closure::reads_anything() {
  while (reads_.empty() && triples_.empty() && !todo_.empty()) follow_next();
  return !reads_.empty() || !triples_.empty();
}

void Closure::follow_next() {
  const auto arrival = todo_.back();
  todo_.pop_back();
  follow(arrival);
}

Sequences::Id Closure::finish() {
  while (!todo_.empty()) follow_next();
  for (auto& read : reads_) {
    resolve(read.frame);
    read.frame = resolved(read.frame);
  }
  std::sort(reads_.begin(), reads_.end());
  for (std::size_t i = 0; i < reads_.size();) {
    const auto position = reads_[i].position;
    frames_.clear();
    for (; i < reads_.size() && reads_[i].position == position; ++i) frames_.push_back(reads_[i].frame);
    const auto& element = grammar_.at(position);
    const bool is_character = element.kind == Grammar::Element::Kind::character;
    triples_.push_back({position, is_character ? element.value : 0, intern_frames()});
  }
  return intern_state();
}

/// Depth first, parents before their children. There are no circles, since no rule begins with itself.
void Closure::resolve(Frame frame) {
  struct Visit {
    std::uint32_t local;
    std::uint32_t link;
  };
  if (resolved(frame) != kNone) return;
  std::vector<Visit> path{{frame & ~kLocal, locals_[frame & ~kLocal].parents}};
  while (!path.empty()) {
    auto& [index, link] = path.back();
    if (link == kNone) {
      intern(locals_[index]);
      path.pop_back();
      continue;
    }
    const auto parent = links_[link].frame;
    link = links_[link].next;
    work_.spend(1);
    if (resolved(parent) == kNone) path.push_back({parent & ~kLocal, locals_[parent & ~kLocal].parents});
  }
}

void Closure::intern(Local& local) {
  frames_.clear();
  for (auto link = local.parents; link != kNone; link = links_[link].next) {
    frames_.push_back(resolved(links_[link].frame));
  }
  local.frame = stacks_.frames.intern(std::array{local.position, intern_frames()});
}

Sequences::Id Closure::intern_frames() {
  std::sort(frames_.begin(), frames_.end());
  frames_.erase(std::unique(frames_.begin(), frames_.end()), frames_.end());
  return stacks_.parents.intern(frames_);
}

Sequences::Id Closure::intern_state() {
  std::sort(triples_.begin(), triples_.end());
  numbers_.clear();
  for (const auto& [position, character, parents] : triples_) {
    numbers_.insert(numbers_.end(), {position, character, parents});
  }
  return stacks_.states.intern(numbers_);
}

}  // namespace tacho::engine

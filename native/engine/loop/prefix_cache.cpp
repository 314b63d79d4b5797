#include "prefix_cache.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace tacho::engine {

namespace {
/// Running requests at which computing them in one go is worth more than what an idle neighbour holds.
constexpr std::int32_t kSeveral = 3;
}  // namespace

PrefixCache::PrefixCache(std::int32_t sequences, std::int32_t cells, bool shared_cells)
    : sequences_(static_cast<std::size_t>(sequences)), cells_(cells), shared_(shared_cells) {}

// --- finding -----------------------------------------------------------------------------------------------

PrefixCache::Match PrefixCache::longest(const std::string& space, std::span<const Token> text) const {
  Match best;
  if (const auto root = roots_.find(space); root != roots_.end() && text.size() > 1) {
    search(*root->second, text.first(text.size() - 1), 0, best);
  }
  return best;
}

void PrefixCache::search(const Node& node, std::span<const Token> text, std::int32_t idle_cells,
                         Match& best) const {
  const auto rest = text.subspan(static_cast<std::size_t>(node.end()));
  for (const auto& child : node.children) {
    const auto longest = std::min(child->tokens.size(), rest.size());
    const auto end = child->tokens.begin() + static_cast<std::ptrdiff_t>(longest);
    const auto same = static_cast<std::int32_t>(
        std::mismatch(child->tokens.begin(), end, rest.begin()).first - child->tokens.begin());
    if (same == 0) continue;
    const auto length = child->begin + same;
    const auto idle = idle_cells + (child->busy == 0 ? same : 0);
    const Match match{any_of(*child, length), length, idle};
    if (is_better(match, best)) best = match;
    if (same == child->size()) search(*child, text, idle, best);
  }
}

/// A sequence that goes through `node`: the most useful one for a text that shares `length` tokens with it.
std::int32_t PrefixCache::any_of(const Node& node, std::int32_t length) const {
  Match best;
  const auto consider = [&](std::int32_t sequence) {
    const Match match{sequence, length, 0};
    if (is_better(match, best)) best = match;
  };
  for (const auto sequence : node.ends) consider(sequence);
  if (best.sequence >= 0 && !at(best.sequence).busy) return best.sequence;
  for (const auto& child : node.children) consider(any_of(*child, length));
  return best.sequence;
}

bool PrefixCache::is_better(const Match& match, const Match& best) const {
  const auto rank = [this](const Match& one) {
    if (one.sequence < 0) return std::tuple(0, false, false);
    const bool idle = !at(one.sequence).busy;
    return std::tuple(one.length, idle && held(one.sequence) == one.length, idle);
  };
  return rank(match) > rank(best);
}

std::int32_t PrefixCache::vacant(std::int32_t but) const {
  std::int32_t best = -1;
  const auto rank = [this](std::int32_t sequence) {
    const auto& one = at(sequence);
    const bool empty = one.leaf == nullptr;
    const auto apart = shared_ ? 0 : distance_to_busy(sequence);
    return std::tuple(-apart, empty, is_redundant(one), empty ? 0 : ~one.used_at);
  };
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(sequences_.size()); ++i) {
    if (at(i).busy || i == but) continue;
    if (best < 0 || rank(i) > rank(best)) best = i;
  }
  return best;
}

/// 0 for all while so few run that the order hardly matters, but what they would overwrite does.
std::int32_t PrefixCache::distance_to_busy(std::int32_t sequence) const {
  std::int32_t nearest = 0;
  std::int32_t busy = 0;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(sequences_.size()); ++i) {
    if (!at(i).busy) continue;
    const auto apart = std::abs(i - sequence);
    if (busy++ == 0 || apart < nearest) nearest = apart;
  }
  return busy < kSeveral ? 0 : nearest;
}

bool PrefixCache::is_redundant(const Sequence& sequence) const {
  return sequence.leaf != nullptr && sequence.leaf->sequences > 1;
}

std::optional<PrefixCache::Eviction> PrefixCache::least_recent(std::int32_t cells) const {
  const Node* oldest = nullptr;
  for (const auto& [space, root] : roots_) oldest_leaf(*root, oldest);
  if (oldest == nullptr) return {};
  return Eviction{oldest->ends, std::max(oldest->begin, oldest->end() - cells)};
}

void PrefixCache::oldest_leaf(const Node& node, const Node*& oldest) const {
  for (const auto& child : node.children) oldest_leaf(*child, oldest);
  const bool evictable = node.children.empty() && node.busy == 0 && node.size() > 0;
  if (evictable && (oldest == nullptr || node.used_at < oldest->used_at)) oldest = &node;
}

std::int32_t PrefixCache::held(std::int32_t sequence) const {
  const auto* leaf = at(sequence).leaf;
  return leaf == nullptr ? 0 : leaf->end();
}

std::vector<Token> PrefixCache::first_tokens(std::int32_t sequence, std::int32_t length) const {
  std::vector<Token> tokens(static_cast<std::size_t>(length));
  for (const auto* node = at(sequence).leaf; node != nullptr; node = node->parent) {
    const auto count = std::min(node->size(), length - node->begin);
    if (count > 0) std::copy_n(node->tokens.begin(), count, tokens.begin() + node->begin);
  }
  return tokens;
}

// --- changing ----------------------------------------------------------------------------------------------

void PrefixCache::occupy(std::int32_t sequence, const std::string& space) {
  if (at(sequence).leaf == nullptr) at(sequence).space = space;
  set_busy(sequence, true);
  touch(at(sequence));
}

void PrefixCache::release(std::int32_t sequence) {
  set_busy(sequence, false);
  touch(at(sequence));
}

void PrefixCache::set_busy(std::int32_t sequence, bool busy) {
  if (std::exchange(at(sequence).busy, busy) == busy) return;
  for (auto* node = at(sequence).leaf; node != nullptr; node = node->parent) {
    const bool was_pinned = node->busy > 0;
    node->busy += busy ? 1 : -1;
    if (was_pinned != (node->busy > 0)) pinned_ += was_pinned ? -node->size() : node->size();
  }
}

void PrefixCache::touch(Sequence& sequence) {
  sequence.used_at = ++clock_;
  for (auto* node = sequence.leaf; node != nullptr; node = node->parent) node->used_at = clock_;
}

void PrefixCache::extend(std::int32_t sequence, std::span<const Token> tokens) {
  if (tokens.empty()) return;
  if (at(sequence).leaf == nullptr) {
    auto& root = roots_[at(sequence).space];
    if (!root) root = std::make_unique<Node>();
    enter(sequence, *root);
  }
  auto* leaf = at(sequence).leaf;
  if (leaf->parent == nullptr || leaf->sequences > 1) {
    std::erase(leaf->ends, sequence);
    auto& child = leaf->children.emplace_back(std::make_unique<Node>());
    child->parent = leaf;
    child->begin = leaf->end();
    child->sequences = 1;
    child->busy = at(sequence).busy ? 1 : 0;
    child->used_at = clock_;
    child->ends.push_back(sequence);
    leaf = at(sequence).leaf = child.get();
  }
  leaf->tokens.insert(leaf->tokens.end(), tokens.begin(), tokens.end());
  count(*leaf, static_cast<std::int32_t>(tokens.size()));
}

void PrefixCache::cut(std::int32_t sequence, std::int32_t length) {
  auto& one = at(sequence);
  while (one.leaf != nullptr && one.leaf->end() > length && one.leaf->begin >= length) step_up(sequence);
  if (one.leaf != nullptr && one.leaf->end() > length) {
    if (one.leaf->sequences == 1) {
      resize(*one.leaf, length - one.leaf->begin);
    } else {
      split(*one.leaf, length - one.leaf->begin);
      step_up(sequence);
    }
  }
  if (length == 0 && one.leaf != nullptr) step_up(sequence);  // off the root
}

void PrefixCache::copy(std::int32_t from, std::int32_t to, std::int32_t length) {
  if (length == 0) return;
  if (!shared_) return extend(to, first_tokens(from, length));
  auto* node = at(from).leaf;
  while (node->begin >= length) node = node->parent;
  if (node->end() > length) {
    split(*node, length - node->begin);
    node = node->parent;
  }
  enter(to, *node);
}

/// `sequence`, which is empty, holds the tokens up to the end of `leaf` from now on.
void PrefixCache::enter(std::int32_t sequence, Node& leaf) {
  auto& one = at(sequence);
  const bool busy = std::exchange(one.busy, false);
  one.leaf = &leaf;
  leaf.ends.push_back(sequence);
  for (auto* node = &leaf; node != nullptr; node = node->parent) ++node->sequences;
  set_busy(sequence, busy);
  touch(one);
}

/// `sequence` ends where its last node begins; a node that nobody goes through any more is gone.
void PrefixCache::step_up(std::int32_t sequence) {
  auto& one = at(sequence);
  auto& left = *one.leaf;
  std::erase(left.ends, sequence);
  if (one.busy && --left.busy == 0) pinned_ -= left.size();
  one.leaf = left.parent;
  if (one.leaf != nullptr) one.leaf->ends.push_back(sequence);
  if (--left.sequences > 0) return merge(left);
  used_ -= left.size();
  if (left.parent == nullptr) {
    roots_.erase(one.space);
  } else {
    auto& parent = *left.parent;
    std::erase_if(parent.children, [&left](const auto& child) { return child.get() == &left; });
    merge(parent);
  }
}

/// The first `length` tokens of `node` become a node of their own above it.
void PrefixCache::split(Node& node, std::int32_t length) {
  auto& place = *std::ranges::find_if(node.parent->children,
                                      [&node](const auto& child) { return child.get() == &node; });
  auto upper = std::make_unique<Node>();
  const auto middle = node.tokens.begin() + length;
  upper->parent = node.parent;
  upper->begin = node.begin;
  upper->tokens.assign(node.tokens.begin(), middle);
  upper->sequences = node.sequences;
  upper->busy = node.busy;
  upper->used_at = node.used_at;
  node.tokens.erase(node.tokens.begin(), middle);
  node.begin += length;
  node.parent = upper.get();
  upper->children.push_back(std::move(place));
  place = std::move(upper);
}

/// A node that only one other goes on from, and where nobody ends, is one with it again. Otherwise a text
/// that was shared at many lengths would be in pieces for ever.
void PrefixCache::merge(Node& node) {
  if (node.parent == nullptr || node.children.size() != 1 || !node.ends.empty()) return;
  const auto only = std::move(node.children.front());
  node.tokens.insert(node.tokens.end(), only->tokens.begin(), only->tokens.end());
  node.children = std::move(only->children);
  for (const auto& child : node.children) child->parent = &node;
  node.ends = std::move(only->ends);
  for (const auto sequence : node.ends) at(sequence).leaf = &node;
  node.used_at = std::max(node.used_at, only->used_at);
}

void PrefixCache::resize(Node& node, std::int32_t size) {
  count(node, size - node.size());
  node.tokens.resize(static_cast<std::size_t>(size));
}

void PrefixCache::count(const Node& node, std::int32_t tokens) {
  used_ += tokens;
  if (node.busy > 0) pinned_ += tokens;
}

}  // namespace tacho::engine

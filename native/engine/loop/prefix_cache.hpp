// What the memory of every sequence holds, as a radix tree over tokens: the shared prefix cache.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "request.hpp"

namespace tacho::engine {

/// llama.cpp cannot say how many KV cells are free, so every token that enters or leaves the cache is counted
/// here. A node is a run of tokens; a sequence is the path from a root to the node it ends in. Where copied
/// sequences share cells, they share nodes, and each node's tokens take cells once. Sequences of ended
/// requests stay until their cells or their places are needed.
///
/// Pure bookkeeping: the caller does the same to the real memory.
class PrefixCache {
 public:
  struct Match {
    std::int32_t sequence = -1;  // -1: nobody holds any of it
    std::int32_t length = 0;
    std::int32_t idle_cells = 0;  // of the matched tokens, those that only ended requests hold
  };
  /// What to drop next: all of `sequences` from `length` on.
  struct Eviction {
    std::vector<std::int32_t> sequences;
    std::int32_t length = 0;
  };

  PrefixCache(std::int32_t sequences, std::int32_t cells, bool shared_cells);

  /// Who holds the longest beginning of `text` in `space`; never all of `text`, since the logits of its last
  /// token are always computed. Of equals, one that is idle and ends there is preferred, then an idle one.
  Match longest(const std::string& space, std::span<const Token> text) const;

  /// An idle sequence for a new request, other than `but`: an empty one, else one whose tokens another holds
  /// as well, else the least recently used. Without shared cells, and while several run, one beside those
  /// comes before all that: llama.cpp computes neighbours in one go. -1: none.
  std::int32_t vacant(std::int32_t but = -1) const;
  /// A request runs in `sequence` from now on. A sequence keeps its space until it is empty.
  void occupy(std::int32_t sequence, const std::string& space);
  void release(std::int32_t sequence);

  void extend(std::int32_t sequence, std::span<const Token> tokens);
  void cut(std::int32_t sequence, std::int32_t length);
  /// `to` must be empty and occupied.
  void copy(std::int32_t from, std::int32_t to, std::int32_t length);

  /// The least recently used tokens that no running request needs, at most `cells` of them.
  std::optional<Eviction> least_recent(std::int32_t cells) const;

  std::int32_t held(std::int32_t sequence) const;
  std::int32_t used_cells() const { return used_; }
  std::int32_t idle_cells() const { return used_ - pinned_; }
  std::int32_t free_cells() const { return cells_ - used_; }

 private:
  struct Node {
    Node* parent = nullptr;
    std::int32_t begin = 0;  // position of the first token
    std::vector<Token> tokens;
    std::vector<std::unique_ptr<Node>> children;
    std::vector<std::int32_t> ends;  // sequences that end here
    std::int32_t sequences = 0;      // that go through
    std::int32_t busy = 0;           // of those, with a running request
    std::uint64_t used_at = 0;

    std::int32_t size() const { return static_cast<std::int32_t>(tokens.size()); }
    std::int32_t end() const { return begin + size(); }
  };
  struct Sequence {
    Node* leaf = nullptr;  // null while empty
    bool busy = false;
    std::uint64_t used_at = 0;
    std::string space;
  };

  Sequence& at(std::int32_t sequence) { return sequences_[static_cast<std::size_t>(sequence)]; }
  const Sequence& at(std::int32_t sequence) const { return sequences_[static_cast<std::size_t>(sequence)]; }

  void search(const Node& node, std::span<const Token> text, std::int32_t idle_cells, Match& best) const;
  std::int32_t any_of(const Node& node, std::int32_t length) const;
  bool is_better(const Match& match, const Match& best) const;
  std::int32_t distance_to_busy(std::int32_t sequence) const;
  bool is_redundant(const Sequence& sequence) const;
  std::vector<Token> first_tokens(std::int32_t sequence, std::int32_t length) const;
  void oldest_leaf(const Node& node, const Node*& oldest) const;

  void touch(Sequence& sequence);
  void set_busy(std::int32_t sequence, bool busy);
  void enter(std::int32_t sequence, Node& leaf);
  void step_up(std::int32_t sequence);
  void split(Node& node, std::int32_t length);
  void merge(Node& node);
  void resize(Node& node, std::int32_t size);
  void count(const Node& node, std::int32_t tokens);

  std::vector<Sequence> sequences_;
  std::map<std::string, std::unique_ptr<Node>> roots_;  // by space
  std::int32_t cells_;
  bool shared_;
  std::int32_t used_ = 0;
  std::int32_t pinned_ = 0;  // cells that a running request holds
  std::uint64_t clock_ = 0;
};

}  // namespace tacho::engine

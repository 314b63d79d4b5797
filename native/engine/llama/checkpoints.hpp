// Saved states of sequences whose memory llama.cpp cannot cut: the only way back to an earlier length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tacho::engine {

/// Not thread-safe. The least recently used goes first when there are too many. A state outlives its
/// sequence's entry for as long as a copy of the sequence has one.
class Checkpoints {
 public:
  using State = std::vector<std::uint8_t>;

  struct Bounds {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };

  struct Checkpoint {
    std::int32_t sequence = 0;
    std::int32_t length = 0;  // tokens that the sequence held
    std::shared_ptr<const State> state;
  };

  explicit Checkpoints(Bounds bounds) : bounds_(bounds) {}

  bool fits(std::size_t bytes) const { return bytes <= bounds_.bytes; }
  bool has(std::int32_t sequence, std::int32_t length) const;
  void add(std::int32_t sequence, std::int32_t length, State state);
  /// The longest of at most `length` tokens, now the most recently used; without a state when there is none.
  Checkpoint longest(std::int32_t sequence, std::int32_t length);
  /// `to` holds the same tokens as `from`, so its checkpoints are good for it too.
  void share(std::int32_t from, std::int32_t to);
  /// The sequence holds `length` tokens now; what it held after them will be different.
  void cut(std::int32_t sequence, std::int32_t length);

  std::size_t count() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  void drop(std::size_t at);

  Bounds bounds_;
  std::vector<Checkpoint> entries_;  // the least recently used first
  std::size_t bytes_ = 0;            // of the states, each counted once
};

}  // namespace tacho::engine

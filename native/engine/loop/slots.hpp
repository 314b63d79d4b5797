// The sequences of a context: who runs in them and which tokens their KV cells hold.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "request.hpp"

namespace tacho::engine {

/// llama.cpp cannot say how many KV cells are free, so every token that enters or leaves the cache is
/// counted here. An idle slot keeps its tokens until their cells are needed: the next request with the same
/// beginning need not compute them again. One thread.
class Slots {
 public:
  Slots(std::int32_t count, std::int32_t cells);

  struct Choice {
    std::int32_t slot = -1;   // -1: none is idle
    std::int32_t shared = 0;  // tokens at the beginning of the prompt that the slot already holds
  };
  /// The idle slot that shares the most with `prompt`; else the lowest empty one, because llama.cpp re-uses
  /// its graph while sequence ids stay dense; else the one idle for longest.
  Choice choose(std::span<const Token> prompt) const;

  void occupy(std::int32_t slot) { slots_[index(slot)].busy = true; }
  void release(std::int32_t slot);
  /// The idle slot whose tokens were used longest ago, or -1 when no idle slot holds any.
  std::int32_t oldest_idle() const;

  /// Records that `tokens` were decoded at the end of `slot`, or that it was cut to `length`.
  void extend(std::int32_t slot, std::span<const Token> tokens);
  void cut(std::int32_t slot, std::int32_t length);

  std::int32_t held(std::int32_t slot) const;
  std::int32_t used_cells() const { return used_; }
  std::int32_t free_cells() const { return cells_ - used_; }
  /// Cells that idle slots would give back.
  std::int32_t idle_cells() const;

 private:
  struct Slot {
    std::vector<Token> tokens;
    bool busy = false;
    std::uint64_t released_at = 0;  // a count of releases, not a time
  };
  static std::size_t index(std::int32_t slot) { return static_cast<std::size_t>(slot); }

  std::vector<Slot> slots_;
  std::int32_t cells_;
  std::int32_t used_ = 0;
  std::uint64_t releases_ = 0;
};

}  // namespace tacho::engine

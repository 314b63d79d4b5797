// What the decode loop needs of a model. One implementation drives llama.cpp; the tests' own is scripted.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "request.hpp"

namespace tacho::engine {

/// Fixed once the model is loaded.
struct Limits {
  std::int32_t context = 0;      // tokens one sequence may hold
  std::int32_t cells = 0;        // tokens all sequences may hold together
  std::int32_t sequences = 0;    // sequence ids are 0 … sequences - 1
  std::int32_t step_tokens = 0;  // tokens one decode may hold
};

struct BatchToken {
  Token token;
  std::int32_t position;
  std::int32_t sequence;
  bool output;  // logits are wanted for this row
};

enum class DecodeStatus {
  ok,
  no_cells,  // nothing changed; fewer tokens or fewer sequences may fit
  failed,    // the sequences of the batch are in an unknown state
};

/// Not thread-safe but for make_sampler(): one thread owns a Runtime.
class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual const Limits& limits() const = 0;
  virtual DecodeStatus decode(std::span<const BatchToken> batch) = 0;
  /// Why the last decode failed; empty when nothing is known.
  virtual std::string failure() const { return {}; }
  /// Samples from row `row` of the last decode and feeds the token to the sampler's own state.
  virtual Token sample(Sampler& sampler, std::int32_t row) = 0;
  /// True for a token that ends generation.
  virtual bool ends_text(Token token) const = 0;
  /// Appends the token's bytes, which may be part of a character. Control tokens have none.
  virtual void append_text(Token token, std::string& text) const = 0;
  /// Forgets the positions of `sequence` from `length` on. False when its memory cannot be cut there
  /// (recurrent and sliding-window models): then nothing changed.
  virtual bool cut(std::int32_t sequence, std::int32_t length) = 0;
};

}  // namespace tacho::engine

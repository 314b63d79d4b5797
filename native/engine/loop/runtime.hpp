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
  std::int32_t context = 0;  // tokens one sequence may hold
  std::int32_t cells = 0;    // tokens all sequences may hold together
  std::int32_t slots = 0;    // sequences that may run at once
  std::int32_t sequences =
      0;  // sequence ids are 0 … sequences - 1; at least `slots`, the rest only keep prefixes
  std::int32_t step_tokens = 0;   // tokens one decode may hold
  std::int32_t draft_tokens = 0;  // tokens draft() may guess for one sequence; 0: no speculative decoding
  /// Copied sequences share cells, and the cells of all sequences are one pool. Otherwise each has `context`
  /// cells of its own.
  bool shared_cells = false;
  /// Sequences can be cut and copied at any length. Otherwise (recurrent and sliding-window models) cut() and
  /// copy() often return less than was wanted.
  bool divisible = true;
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

/// One sequence's part in sampling. `row` is the first of 1 + draft.size() rows of the last decode: the one
/// after the sequence's last certain token, then one for each drafted token.
struct SampleWork {
  Sampler* sampler = nullptr;
  std::int32_t row = 0;
  std::span<const Token> draft;
  /// Gets one token a row for as long as what was sampled is what was drafted: 1 … 1 + draft.size().
  std::vector<Sampled>* sampled = nullptr;
};

/// One sequence that wants its next tokens guessed.
struct DraftWork {
  std::int32_t sequence = 0;
  std::span<const Token> text;          // the whole sequence; its last token is not yet computed
  std::span<const Token> prediction;    // what its client expects of the answer
  std::int32_t most = 0;                // 1 … draft_tokens
  std::vector<Token>* draft = nullptr;  // empty before; stays so when there is no guess
};

/// Not thread-safe but for make_sampler(): one thread owns a Runtime.
class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual const Limits& limits() const = 0;
  /// May return before the step is computed, if computes_asynchronously(); sample() waits for it.
  virtual DecodeStatus decode(std::span<const BatchToken> batch) = 0;
  virtual bool computes_asynchronously() const { return false; }
  /// Why the last decode failed; empty when nothing is known.
  virtual std::string failure() const { return {}; }
  /// Samples for all, each from its rows of the last decode, and feeds the tokens to the samplers' own
  /// states.
  virtual void sample(std::span<const SampleWork> work) = 0;
  /// The logprob of `token` in a row of the last decode, and the `top` likeliest tokens with theirs.
  virtual Sampled score(std::int32_t /*row*/, Token token, std::int32_t /*top*/) { return {.token = token}; }
  /// Guesses next tokens, for all at once. Only with `draft_tokens`.
  virtual void draft(std::span<const DraftWork>) {}
  /// `sampler` draws for `sequence` until the next call for it; null when nobody runs there.
  virtual void bind(std::int32_t /*sequence*/, Sampler* /*sampler*/) {}
  /// The LoRA adapter of all steps from now on; -1: none.
  virtual void use_adapter(std::int32_t /*adapter*/) {}
  /// True for a token that ends generation.
  virtual bool ends_text(Token token) const = 0;
  /// Appends the token's bytes, which may be part of a character. Control tokens have some only with
  /// `control`.
  virtual void append_text(Token token, bool control, std::string& text) const = 0;
  /// Forgets the tokens of `sequence` from `length` on, or from earlier where its memory cannot be cut there.
  /// Returns how many it still holds.
  virtual std::int32_t cut(std::int32_t sequence, std::int32_t length) = 0;
  /// Gives `to`, which is empty, the first `length` tokens of `from`, or fewer where its memory cannot be
  /// divided there. Returns how many `to` holds. `from` may be running, between two steps.
  virtual std::int32_t copy(std::int32_t from, std::int32_t to, std::int32_t length) = 0;
  /// The moment to take a checkpoint of a memory that is not divisible: `sequence` holds all of a prompt but
  /// its last token.
  virtual void remember(std::int32_t /*sequence*/) {}
  /// Seconds that cut() and copy() have spent on loading checkpoints since this was last asked; 0: they
  /// loaded none.
  virtual double take_restore_seconds() { return 0; }
};

}  // namespace tacho::engine

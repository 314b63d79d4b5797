// A request's sampling settings over rows of logits.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "../loop/request.hpp"
#include "../loop/runtime.hpp"
#include "../sampling/logit_edits.hpp"
#include "../sampling/softmax_draw.hpp"
#include "answer_constraint.hpp"
#include "llama.h"

namespace tacho::engine {

struct FreeSampler {
  void operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }
};
using LlamaSamplerPtr = std::unique_ptr<llama_sampler, FreeSampler>;

/// What is constant in the graph of a chain that the back end runs; its random numbers are an input.
struct BackendChain {
  std::vector<std::pair<Token, float>> biases;
  float temperature = 0;  // 0: greedy, and the rest as here
  std::int32_t top_k = 0;
  float top_p = 1;
  float min_p = 0;
  bool operator==(const BackendChain&) const = default;
};

/// Draws what llama.cpp's chain of logit-bias, penalties, top-k, top-p, min-p, temperature and dist would
/// (but for the order of exactly equal logits), mostly without its candidate for each entry of the
/// vocabulary. Random numbers, and so the tokens of a seed, are those of llama.cpp.
class LlamaSampler : public Sampler {
 public:
  /// What only some requests need.
  struct Extras {
    const llama_vocab* vocab = nullptr;            // for the texts that break repetitions
    std::unique_ptr<AnswerConstraint> constraint;  // what the text must fit; null: nothing
  };
  /// `ends`: the tokens that end a text.
  LlamaSampler(std::size_t vocabulary, std::span<const Token> ends, const Sampling& sampling,
               std::span<const Token> prompt, Extras extras);
  LlamaSampler(std::size_t vocabulary, std::span<const Token> ends, const Sampling& sampling,
               std::span<const Token> prompt)
      : LlamaSampler(vocabulary, ends, sampling, prompt, Extras()) {}

  /// Samples row after row for as long as the draft is what was sampled. Rows come back unchanged.
  void sample(std::span<float* const> rows, std::span<const Token> draft, std::vector<Sampled>& sampled);
  /// About how long a row takes.
  double nanoseconds() const;

  /// Nothing where the back end could not do all that this sampler does.
  const std::optional<BackendChain>& backend_chain() const { return backend_chain_; }
  /// A "dist" sampler that goes on where this one is.
  LlamaSamplerPtr backend_numbers() const;
  /// The back end sampled for this one.
  void skip_number() { numbers_.next(); }

 private:
  enum class Way { greedy, softmax, top_k, top_p, min_p, chain };

  Way way_of() const;
  bool needs_chain() const;
  void add_stages();
  void add_dry(const llama_vocab* vocab, std::span<const Token> prompt);
  std::optional<BackendChain> describe_backend_chain() const;
  Token draw(std::span<float> logits);
  Token draw_fitting(std::span<const float> logits);
  Token draw_edited(std::span<const float> logits);
  /// False where the constraint became too complex.
  bool accept(Token token);
  bool shorten(std::span<const float> logits, std::vector<Token>& tokens) const;
  Token draw_from(std::vector<llama_token_data>& candidates, bool shortened);

  Sampling sampling_;
  std::size_t vocabulary_;
  std::span<const Token> ends_;
  LogitEdits edits_;
  std::unique_ptr<AnswerConstraint> constraint_;
  Way way_;
  llama_sampler* dry_ = nullptr;         // among the stages
  std::vector<LlamaSamplerPtr> stages_;  // llama.cpp's, without the first one's bias and the last one's draw
  std::uint32_t seed_;
  UniformNumbers numbers_;
  std::optional<BackendChain> backend_chain_;
};

}  // namespace tacho::engine

// A request's sampling settings as a chain of llama.cpp's samplers.
#pragma once

#include <memory>
#include <span>

#include "../loop/request.hpp"
#include "../loop/runtime.hpp"
#include "llama.h"

namespace tacho::engine {

class LlamaSampler : public Sampler {
 public:
  /// `context` tokens is how far back penalties look: over the whole text, as OpenAI documents them.
  LlamaSampler(const llama_vocab* vocab, const Sampling& sampling, std::span<const Token> prompt,
               std::int32_t context);

  Token sample(llama_context* context, std::int32_t row);

 private:
  void add(llama_sampler* sampler) { llama_sampler_chain_add(chain_.get(), sampler); }
  void add_bias(const llama_vocab* vocab, const Sampling& sampling);
  void add_penalties(const Sampling& sampling, std::span<const Token> prompt, std::int32_t context);

  struct Free {
    void operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }
  };
  std::unique_ptr<llama_sampler, Free> chain_;
  std::int32_t vocabulary_;
  bool plain_greedy_ = false;  // the best logit as it is: no copy of the vocabulary, no chain
};

}  // namespace tacho::engine

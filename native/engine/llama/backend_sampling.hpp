// Sampling inside the model's own graph, for sequences whose requests allow it.
#pragma once

#include <span>
#include <vector>

#include "llama_sampler.hpp"

namespace tacho::engine {

/// Whenever llama.cpp gets or loses a chain it plans its graphs anew, which costs several steps' time (a
/// chain cannot be changed, nor attached again). So every sequence keeps its chain from request to request,
/// which takes over the next request's random numbers and is replaced only where other parameters come.
class BackendSampling {
 public:
  enum class Use {
    never,
    /// Only for parameters that come several times in a row: where each request brings others, planning
    /// graphs would cost more than it saves.
    repeated,
    always,
  };
  BackendSampling(llama_context* context, Use use, std::int32_t sequences);

  /// Null: nobody samples there. Takes effect with the next decode.
  void bind(std::int32_t sequence, LlamaSampler* sampler);
  bool samples_for(const LlamaSampler& sampler) const;
  Token take(LlamaSampler& sampler, std::int32_t row);

 private:
  struct Place {
    LlamaSamplerPtr chain;
    BackendChain describes;
    const LlamaSampler* sampler = nullptr;  // compared only: it may be gone
  };
  bool earns_a_chain(const std::optional<BackendChain>& wanted);
  bool attach(std::int32_t sequence, const BackendChain& wanted);
  void detach(std::int32_t sequence);
  const Place* place_of(const LlamaSampler& sampler) const;

  llama_context* context_;
  Use use_;
  std::vector<Place> places_;
  std::optional<BackendChain> last_;
  std::int32_t in_a_row_ = 0;
};

}  // namespace tacho::engine

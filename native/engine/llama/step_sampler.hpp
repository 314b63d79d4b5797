// Sampling for all sequences of a step at once.
#pragma once

#include <span>
#include <vector>

#include "../sampling/crew.hpp"
#include "backend_sampling.hpp"

namespace tacho::engine {

/// One thread uses it, that of the context.
class StepSampler {
 public:
  /// `helpers` threads beside the caller's.
  StepSampler(llama_context* context, std::int32_t helpers, BackendSampling::Use backend,
              std::int32_t sequences);

  /// As Runtime's.
  void sample(std::span<const SampleWork> work);
  void bind(std::int32_t sequence, Sampler* sampler);

 private:
  void find_rows(std::span<const SampleWork> work);
  void sample_here();

  /// A sequence that is sampled on the processor.
  struct Share {
    const SampleWork* work;
    std::size_t first;  // in rows_
  };

  llama_context* context_;
  Crew crew_;
  BackendSampling backend_;
  std::vector<float*> rows_;
  std::vector<Share> shares_;
};

}  // namespace tacho::engine

#include "step_sampler.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

/// A step's sampling is shared from here on. One helper on an idle core took a third off 400 to 3,000 us of
/// work, and nothing off 200 us, in which it hardly wakes up.
constexpr double kWorthHelp = 400'000;  // nanoseconds

LlamaSampler& sampler_of(const SampleWork& work) { return static_cast<LlamaSampler&>(*work.sampler); }

}  // namespace

StepSampler::StepSampler(llama_context* context, std::int32_t helpers, BackendSampling::Use backend,
                         std::int32_t sequences)
    : context_(context),
      crew_(static_cast<std::size_t>(std::max(helpers, 0))),
      backend_(context, backend, sequences) {}

void StepSampler::bind(std::int32_t sequence, Sampler* sampler) {
  backend_.bind(sequence, static_cast<LlamaSampler*>(sampler));
}

void StepSampler::sample(std::span<const SampleWork> work) {
  find_rows(work);
  sample_here();
}

/// On the calling thread: llama.cpp orders its outputs when they are first asked for.
void StepSampler::find_rows(std::span<const SampleWork> work) {
  rows_.clear();
  shares_.clear();
  for (const auto& one : work) {
    if (auto& sampler = sampler_of(one); backend_.samples_for(sampler)) {
      one.sampled->push_back({.token = backend_.take(sampler, one.row)});
      continue;
    }
    shares_.push_back({&one, rows_.size()});
    const auto end = one.row + 1 + static_cast<std::int32_t>(one.draft.size());
    for (auto row = one.row; row < end; ++row) rows_.push_back(llama_get_logits_ith(context_, row));
  }
}

void StepSampler::sample_here() {
  double nanoseconds = 0;
  for (const auto& share : shares_) nanoseconds += sampler_of(*share.work).nanoseconds();
  const auto sample_share = [this](std::size_t i) {
    const auto& [work, first] = shares_[i];
    sampler_of(*work).sample(std::span(rows_).subspan(first, 1 + work->draft.size()), work->draft,
                             *work->sampled);
  };
  if (nanoseconds >= kWorthHelp) return crew_.run(shares_.size(), sample_share);
  for (std::size_t i = 0; i < shares_.size(); ++i) sample_share(i);
}

}  // namespace tacho::engine

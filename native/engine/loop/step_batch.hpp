// The tokens of one step, and whose they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scheduler.hpp"

namespace tacho::engine {

/// Rows are in the order of sequence ids: where sequences have buffers of their own, llama.cpp computes only
/// neighbours in one go, and the weights are read anew for each go. A prompt takes another go anyway for its
/// further tokens, if it has more than one, so its first one is kept from the streams where that breaks no
/// row of neighbours: in one go all walk as many cells as the longest, and who has but one is long. Keeps its
/// memory from step to step.
class StepBatch {
 public:
  /// `shares` are the tokens that each of the running requests puts in. Guesses for which there is no room
  /// are dropped from the requests.
  void build(Scheduler& scheduler, std::span<const std::int32_t> shares);
  /// The memory now holds the batch.
  void record(Scheduler& scheduler);
  /// What is to be sampled: for every request whose tokens are now all computed. Valid until the next call of
  /// anything here.
  std::span<const SampleWork> sampling(const Scheduler& scheduler);

  /// A row whose output is the logprob of the prompt token behind it.
  struct Score {
    std::size_t index;  // in the list of those who run
    std::int32_t row;
    std::int32_t token;  // its place in the prompt
  };
  /// Those of the batch, in order.
  std::vector<Score> scores(const Scheduler& scheduler) const;

  std::span<const BatchToken> tokens() const { return tokens_; }
  /// What was sampled for the running request of this index.
  const std::vector<Sampled>& sampled(std::size_t index) const { return sampled_[index]; }

 private:
  /// One running request's rows.
  struct Part {
    std::size_t index;  // in the list of those who run
    std::int32_t first;
    std::int32_t count;
  };
  void order(const Scheduler& scheduler);
  void append(Task& task, std::int32_t computed, std::int32_t count);

  std::vector<Part> parts_;
  std::vector<BatchToken> tokens_;
  std::vector<Token> plain_tokens_;  // the same, as the prefix cache wants them
  std::vector<SampleWork> work_;
  std::vector<std::vector<Sampled>> sampled_;  // by index
};

}  // namespace tacho::engine

#include "prompt_scores.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tacho::engine {

void want_scores(Task& task, std::int32_t first) {
  task.scored = std::max(1, first);
  // Nothing is before the first token of a text that could have foretold it.
  if (first == 0)
    task.unspoken_scores.push_back(
        {.token = task.tokens.front(), .logprob = std::numeric_limits<float>::quiet_NaN()});
}

void keep_one_scoring(std::span<const TaskPtr> running, std::vector<Demand>& demands) {
  bool found = false;
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (!running[i]->scores() || demands[i].more == 0) continue;
    if (std::exchange(found, true)) demands[i] = {};
  }
}

void take_scores(Runtime& runtime, const StepBatch& batch, Scheduler& scheduler) {
  for (const auto& [index, row, token] : batch.scores(scheduler)) {
    auto& task = *scheduler.running()[index];
    task.unspoken_scores.push_back(
        runtime.score(row, task.tokens[static_cast<std::size_t>(token)], task.prompt_logprobs));
    task.scored = token + 1;
  }
}

}  // namespace tacho::engine

// The logprobs of prompts' tokens, for those who asked for them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime.hpp"
#include "step_batch.hpp"
#include "step_plan.hpp"
#include "task.hpp"

namespace tacho::engine {

/// Tokens of a prompt whose logprobs one step gives: each is an output, for which there is little room.
constexpr std::int32_t kScoresPerStep = 32;

/// The prompt's tokens from `first` on want theirs.
void want_scores(Task& task, std::int32_t first);

/// Of the prompts that want logprobs, one has its turn in a step; the others' demands become nothing.
void keep_one_scoring(std::span<const TaskPtr> running, std::vector<Demand>& demands);

/// Gives the prompts in `batch` the logprobs of what the step computed.
void take_scores(Runtime& runtime, const StepBatch& batch, Scheduler& scheduler);

}  // namespace tacho::engine

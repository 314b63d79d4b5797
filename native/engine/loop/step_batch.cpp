#include "step_batch.hpp"

#include <algorithm>

namespace tacho::engine {

void StepBatch::build(Scheduler& scheduler, std::span<const std::int32_t> shares) {
  const auto& running = scheduler.running();
  parts_.clear();
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (shares[i] > 0)
      parts_.push_back({i, 0, shares[i]});
    else
      running[i]->draft.clear();
  }
  order(scheduler);
  tokens_.clear();
  plain_tokens_.clear();
  for (auto& part : parts_) {
    auto& task = *running[part.index];
    part.first = static_cast<std::int32_t>(tokens_.size());
    append(task, scheduler.computed(task), part.count);
  }
}

/// By sequence id, but prompts at the edges of the streams out of line: those above them first, those below
/// them last.
void StepBatch::order(const Scheduler& scheduler) {
  const auto task_of = [&](const Part& part) -> const Task& { return *scheduler.running()[part.index]; };
  std::ranges::sort(parts_, {}, [&](const Part& part) { return task_of(part).sequence; });
  const auto streams = [&](const Part& part) { return scheduler.uncomputed(task_of(part)) == 1; };
  const auto first = std::ranges::find_if(parts_, streams);
  if (first == parts_.end()) return;
  const auto last = std::find_if(parts_.rbegin(), parts_.rend(), streams).base();
  const auto below = first - parts_.begin();
  std::rotate(parts_.begin(), last, parts_.end());
  // Now the prompts above, those below, the streams.
  const auto above = parts_.end() - (last - parts_.begin());
  std::rotate(above, above + below, parts_.end());
}

void StepBatch::append(Task& task, std::int32_t computed, std::int32_t count) {
  const auto end = computed + count;
  task.draft.resize(static_cast<std::size_t>(std::max(0, end - task.size())));
  for (auto at = computed; at < end; ++at) {
    const bool drafted = at >= task.size();
    const auto token = drafted ? task.draft[static_cast<std::size_t>(at - task.size())]
                               : task.tokens[static_cast<std::size_t>(at)];
    const bool scores = task.scores() && at + 1 >= task.scored;
    tokens_.push_back({token, at, task.sequence, scores || at + 1 >= task.size()});
    plain_tokens_.push_back(token);
  }
}

void StepBatch::record(Scheduler& scheduler) {
  for (const auto& part : parts_) {
    const auto tokens =
        std::span(plain_tokens_)
            .subspan(static_cast<std::size_t>(part.first), static_cast<std::size_t>(part.count));
    scheduler.extend(*scheduler.running()[part.index], tokens);
  }
}

std::vector<StepBatch::Score> StepBatch::scores(const Scheduler& scheduler) const {
  std::vector<Score> scores;
  for (const auto& part : parts_) {
    const auto& task = *scheduler.running()[part.index];
    if (!task.scores()) continue;
    const auto first = scheduler.computed(task) - part.count;
    for (std::int32_t i = 0; i < part.count; ++i) {
      const auto token = first + i + 1;
      if (token >= task.scored && token < task.prompt_tokens)
        scores.push_back({part.index, part.first + i, token});
    }
  }
  return scores;
}

std::span<const SampleWork> StepBatch::sampling(const Scheduler& scheduler) {
  const auto& running = scheduler.running();
  sampled_.resize(std::max(sampled_.size(), running.size()));
  work_.clear();
  for (const auto& part : parts_) {
    const auto& task = *running[part.index];
    sampled_[part.index].clear();
    const bool complete = scheduler.computed(task) >= task.size();
    if (!complete || task.finished) continue;
    work_.push_back({.sampler = task.sampler.get(),
                     .row = part.first + part.count - 1 - static_cast<std::int32_t>(task.draft.size()),
                     .draft = task.draft,
                     .sampled = &sampled_[part.index]});
  }
  return work_;
}

}  // namespace tacho::engine

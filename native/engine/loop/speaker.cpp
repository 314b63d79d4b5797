#include "speaker.hpp"

#include <algorithm>
#include <utility>

namespace tacho::engine {

void Speaker::say_text(Task& task) {
  std::string shown;
  std::vector<Sampled> logprobs;
  for (std::size_t i = 0; i < task.unspoken.size(); ++i) {
    auto& sampled = task.unspoken[i];
    const bool control = std::ranges::count(task.shown_controls, sampled.token) > 0;
    runtime_.append_text(sampled.token, control, task.text.input());
    const bool stopped = task.text.advance(shown);
    if (task.wants_logprobs) logprobs.push_back(std::move(sampled));
    if (!stopped) continue;
    task.finished = Finish::stop;
    task.generated -= static_cast<std::int32_t>(task.unspoken.size() - i - 1);  // Nobody sees those.
    break;
  }
  task.unspoken.clear();
  if (task.finished && task.sequence < 0) task.text.finish(shown);
  if (shown.empty() && logprobs.empty() && task.unspoken_scores.empty()) return;
  output_.pieces.push_back({.id = task.id,
                            .text = std::move(shown),
                            .logprobs = std::move(logprobs),
                            .prompt_logprobs = std::exchange(task.unspoken_scores, {})});
}

void Speaker::say_end(const Task& task, Finish reason, ErrorCode error, std::string message) {
  output_.ends.push_back({.id = task.id,
                          .reason = reason,
                          .prompt_tokens = task.prompt_tokens,
                          .cached_tokens = task.cached_tokens,
                          .generated_tokens = task.generated,
                          .stop = task.text.stop(),
                          .error = error,
                          .message = std::move(message),
                          .instants = task.instants});
}

}  // namespace tacho::engine

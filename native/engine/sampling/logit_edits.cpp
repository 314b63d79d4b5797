#include "logit_edits.hpp"

namespace tacho::engine {

LogitEdits::LogitEdits(const Sampling& sampling, std::span<const Token> prompt)
    : biases_(sampling.logit_bias),
      repeat_(sampling.repeat_penalty),
      frequency_(sampling.frequency_penalty),
      presence_(sampling.presence_penalty),
      repeats_(repeat_ != 1),
      counts_(frequency_ != 0 || presence_ != 0) {
  if (!repeats_) return;
  for (const auto token : prompt) seen(token);
}

void LogitEdits::apply(std::span<float> logits) {
  before_.clear();
  for (const auto& [token, bias] : biases_)
    set(logits, token, logits[static_cast<std::size_t>(token)] + bias);
  for (const auto& [token, generated] : seen_) {
    set(logits, token, penalised(logits[static_cast<std::size_t>(token)], generated));
  }
}

void LogitEdits::undo(std::span<float> logits) {
  // Backwards: a token may have been changed twice.
  for (auto at = before_.rbegin(); at != before_.rend(); ++at) {
    logits[static_cast<std::size_t>(at->first)] = at->second;
  }
}

void LogitEdits::accept(Token token) {
  if (penalises()) ++seen(token).generated;
}

LogitEdits::Seen& LogitEdits::seen(Token token) {
  const auto [place, is_new] = places_.try_emplace(token, seen_.size());
  return is_new ? seen_.emplace_back(Seen{token, 0}) : seen_[place->second];
}

float LogitEdits::penalised(float logit, std::int32_t generated) const {
  if (repeats_) logit = logit <= 0 ? logit * repeat_ : logit / repeat_;
  if (generated > 0) logit -= static_cast<float>(generated) * frequency_ + presence_;
  return logit;
}

void LogitEdits::set(std::span<float> logits, Token token, float logit) {
  auto& place = logits[static_cast<std::size_t>(token)];
  before_.emplace_back(token, place);
  place = logit;
}

}  // namespace tacho::engine

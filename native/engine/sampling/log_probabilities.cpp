#include "log_probabilities.hpp"

#include "exponentials.hpp"
#include "likeliest.hpp"

namespace tacho::engine {

void add_log_probabilities(std::span<const float> logits, std::int32_t alternatives, Sampled& sampled) {
  const double whole = log_sum_exp(logits);
  const auto of = [logits, whole](Token token) {
    return static_cast<float>(static_cast<double>(logits[static_cast<std::size_t>(token)]) - whole);
  };
  sampled.logprob = of(sampled.token);
  sampled.top.clear();
  if (alternatives <= 0) return;
  std::vector<Token> tokens;
  likeliest(logits, static_cast<std::size_t>(alternatives), tokens);
  for (const auto token : tokens) sampled.top.emplace_back(token, of(token));
}

}  // namespace tacho::engine

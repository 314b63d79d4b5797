#include "step_plan.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }

/// Equal parts of `budget` for all of `prompts`, none more than it can use: those who want least are asked
/// first, and what they leave is shared by the rest. Returns what is left.
std::int32_t share_equally(std::span<std::int32_t> prompts, std::span<const Demand> demands,
                           std::int32_t budget, std::vector<std::int32_t>& shares) {
  std::ranges::stable_sort(prompts, {}, [&](auto i) { return demands[index(i)].more; });
  auto left = static_cast<std::int32_t>(prompts.size());
  for (const auto i : prompts) {
    // Rounded up: a budget smaller than the number of prompts still moves somebody.
    const auto part = std::min({demands[index(i)].more, budget, (budget + left - 1) / left});
    shares[index(i)] = part;
    budget -= part;
    --left;
  }
  return budget;
}

}  // namespace

void plan_step(std::span<const Demand> demands, Budget budget, std::vector<std::int32_t>& shares) {
  shares.assign(demands.size(), 0);
  const auto grant = [&](std::size_t i, std::int32_t wanted) {
    const auto granted = std::min(wanted, budget.tokens);
    shares[i] += granted;
    budget.tokens -= granted;
  };
  for (std::size_t i = 0; i < demands.size(); ++i) grant(i, demands[i].certain);
  for (std::size_t i = 0; i < demands.size(); ++i) {
    if (demands[i].certain > 0) grant(i, demands[i].more);
  }
  std::vector<std::int32_t> prompts;
  for (std::size_t i = 0; i < demands.size(); ++i) {
    if (demands[i].certain == 0 && demands[i].more > 0) prompts.push_back(static_cast<std::int32_t>(i));
  }
  std::ranges::stable_sort(prompts, std::greater{}, [&](auto i) { return demands[index(i)].urgency; });
  auto left = std::min(budget.tokens, budget.prompt);
  for (auto first = prompts.begin(); first != prompts.end() && left > 0;) {
    const auto urgency = demands[index(*first)].urgency;
    const auto last =
        std::find_if(first, prompts.end(), [&](auto i) { return demands[index(i)].urgency != urgency; });
    left = share_equally({first, last}, demands, left, shares);
    first = last;
  }
}

}  // namespace tacho::engine

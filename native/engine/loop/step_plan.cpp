#include "step_plan.hpp"

#include <algorithm>

namespace tacho::engine {

namespace {

std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }

/// Equal parts of `budget` for all of `prompts`, none more than it can use: those who want least are asked
/// first, and what they leave is shared by the rest. The rest get parts of one size, since llama.cpp computes
/// in one go only as much of a sequence as all others bring too. Returns what is left.
std::int32_t share_equally(std::span<std::int32_t> prompts, std::span<const Demand> demands,
                           std::int32_t budget, std::vector<std::int32_t>& shares) {
  std::ranges::stable_sort(prompts, {}, [&](auto i) { return demands[index(i)].more; });
  std::int32_t part = 0;
  for (std::size_t n = 0; n < prompts.size() && budget > 0; ++n) {
    const auto wanted = demands[index(prompts[n])].more;
    // At least one: a budget smaller than the number of prompts still moves somebody.
    if (part == 0) {
      const auto equal = std::max(1, budget / static_cast<std::int32_t>(prompts.size() - n));
      if (wanted > equal) part = equal;
    }
    const auto share = part == 0 ? wanted : part;
    shares[index(prompts[n])] = share;
    budget -= share;
  }
  return budget;
}

/// The budget of prompts whatever drafts want: half of a step at most.
std::int32_t kept_for_prompts(std::span<const Demand> demands, Budget budget) {
  std::int32_t wanted = 0;
  for (const auto& demand : demands) wanted += demand.certain == 0 ? demand.more : 0;
  return std::min({wanted, budget.prompt, budget.tokens / 2});
}

/// Those who want some, the highest priority first.
std::vector<std::int32_t> prompts_of(std::span<const Demand> demands) {
  std::vector<std::int32_t> prompts;
  for (std::size_t i = 0; i < demands.size(); ++i) {
    if (demands[i].certain == 0 && demands[i].more > 0) prompts.push_back(static_cast<std::int32_t>(i));
  }
  std::ranges::stable_sort(prompts, std::greater{}, [&](auto i) { return demands[index(i)].priority; });
  return prompts;
}

/// Of what `higher` prompts share with those of lower priority: a quarter or one each, but no more than is
/// wanted, nor than leaves one for each of the higher.
std::int32_t kept_for_lower(std::span<const std::int32_t> lower, std::span<const Demand> demands,
                            std::int32_t budget, std::ptrdiff_t higher) {
  std::int32_t wanted = 0;
  for (const auto i : lower) wanted += demands[index(i)].more;
  const auto most = std::max(0, budget - static_cast<std::int32_t>(higher));
  return std::min({wanted, most, std::max(budget / 4, static_cast<std::int32_t>(lower.size()))});
}

void share_by_priority(std::span<std::int32_t> prompts, std::span<const Demand> demands, std::int32_t budget,
                       std::vector<std::int32_t>& shares) {
  while (!prompts.empty() && budget > 0) {
    const auto priority = demands[index(prompts.front())].priority;
    const auto is_lower = [&](auto i) { return demands[index(i)].priority != priority; };
    const auto lower = std::ranges::find_if(prompts, is_lower) - prompts.begin();
    const auto equals = prompts.first(static_cast<std::size_t>(lower));
    prompts = prompts.subspan(static_cast<std::size_t>(lower));
    const auto for_lower = kept_for_lower(prompts, demands, budget, lower);
    budget = for_lower + share_equally(equals, demands, budget - for_lower, shares);
  }
}

}  // namespace

void plan_step(std::span<const Demand> demands, Budget budget, std::vector<std::int32_t>& shares) {
  shares.assign(demands.size(), 0);
  const auto grant = [&](std::size_t i, std::int32_t wanted, std::int32_t kept) {
    const auto granted = std::min(wanted, std::max(0, budget.tokens - kept));
    shares[i] += granted;
    budget.tokens -= granted;
  };
  for (std::size_t i = 0; i < demands.size(); ++i) grant(i, demands[i].certain, 0);
  const auto kept = kept_for_prompts(demands, budget);
  for (std::size_t i = 0; i < demands.size(); ++i) {
    if (demands[i].certain > 0) grant(i, demands[i].more, kept);
  }
  auto prompts = prompts_of(demands);
  share_by_priority(prompts, demands, std::min(budget.tokens, budget.prompt), shares);
}

}  // namespace tacho::engine

#include "step_plan.hpp"

#include <algorithm>

namespace tacho::engine {

void plan_step(std::span<const Demand> demands, std::int32_t budget, std::vector<std::int32_t>& shares) {
  shares.assign(demands.size(), 0);
  for (std::size_t i = 0; i < demands.size() && budget > 0; ++i) {
    if (demands[i].uncomputed != 1) continue;
    shares[i] = 1;
    --budget;
  }
  for (std::size_t i = 0; i < demands.size() && budget > 0; ++i) {
    if (shares[i] != 0) continue;
    shares[i] = std::min(demands[i].uncomputed, budget);
    budget -= shares[i];
  }
}

}  // namespace tacho::engine

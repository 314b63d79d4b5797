#include "added_cost.hpp"

#include <algorithm>
#include <limits>

namespace tacho::engine {

namespace {

/// What an earlier step counts for, by each later one: some twenty steps are remembered.
constexpr double kMemory = 0.95;

/// What an outlier counts of what it took at least: little may have been expected.
constexpr double kLeastBelieved = 0.25;

/// Chunks whose tokens' parts vary less than this (squared, relative) do not tell a chunk's cost from its
/// tokens'.
constexpr double kAlike = 0.01;

}  // namespace

/// Least squares over z = token + chunk * u, so that steps count by how far they are off in proportion: large
/// chunks say what a token costs, small ones what a chunk does.
void AddedCost::observe(std::int32_t tokens, double seconds) {
  seconds = std::max(0.0, seconds);
  const auto most = std::max(beliefs_.outlier * this->seconds(tokens), kLeastBelieved * seconds);
  if (is_known()) seconds = std::min(seconds, most);
  const double u = 1.0 / tokens;
  const double z = seconds / tokens;
  weight_ = kMemory * weight_ + 1;
  u_ = kMemory * u_ + u;
  z_ = kMemory * z_ + z;
  uu_ = kMemory * uu_ + u * u;
  uz_ = kMemory * uz_ + u * z;
  fit();
}

void AddedCost::fit() {
  const auto u = u_ / weight_;
  const auto z = z_ / weight_;
  const auto variance = uu_ / weight_ - u * u;
  varied_ = varied_ || variance > kAlike * u * u;
  if (variance > kAlike * u * u) chunk_ = (uz_ / weight_ - u * z) / variance;
  if (!varied_) chunk_ = beliefs_.assumed * z / u;
  // Costs that change look like a chunk's at first: were all of it, tokens would seem to be had for nothing.
  chunk_ = std::clamp(chunk_, 0.0, beliefs_.most * z / u);
  token_ = z - chunk_ * u;
}

void AddedCost::fade(double faith) {
  z_ *= faith;
  uz_ *= faith;
  chunk_ *= faith;
  token_ *= faith;
}

double AddedCost::tokens(double seconds) const {
  if (seconds <= chunk_) return 0;
  return token_ > 0 ? (seconds - chunk_) / token_ : std::numeric_limits<double>::infinity();
}

double AddedCost::least_tokens() const { return tokens(2 * chunk_); }

}  // namespace tacho::engine

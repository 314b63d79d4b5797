#include "history.hpp"

#include <algorithm>
#include <utility>

namespace tacho::telemetry {
namespace {

constexpr double kFineReach = 60;
constexpr double kCoarseStep = 10;

const Instant* newest_before(const std::deque<Instant>& instants, double time) {
  for (auto instant = instants.rbegin(); instant != instants.rend(); ++instant)
    if (instant->time <= time) return &*instant;
  return nullptr;
}

}  // namespace

void History::keep(Instant instant) {
  const double now = instant.time;
  fine_.push_back(std::move(instant));
  // The first goes as soon as the second is old enough for all windows that begin at these.
  const double reach = std::min(horizon_, kFineReach);
  while (fine_.size() > 1 && fine_[1].time <= now - reach) retire_oldest();
  while (coarse_.size() > 1 && coarse_[1].time <= now - horizon_) coarse_.pop_front();
}

void History::retire_oldest() {
  const bool is_wanted = coarse_.empty() || fine_.front().time >= coarse_.back().time + kCoarseStep;
  if (horizon_ > kFineReach && is_wanted) coarse_.push_back(std::move(fine_.front()));
  fine_.pop_front();
}

const Instant& History::base(double now, double over) const {
  if (const auto* const fine = newest_before(fine_, now - over)) return *fine;
  if (const auto* const coarse = newest_before(coarse_, now - over)) return *coarse;
  return coarse_.empty() ? fine_.front() : coarse_.front();
}

}  // namespace tacho::telemetry

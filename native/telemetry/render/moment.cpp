#include "moment.hpp"

#include <algorithm>

#include "follower.hpp"

namespace tacho::telemetry {

const Moment::Change* Moment::change(double over, std::span<const CellRange> cells) const {
  const auto found =
      std::ranges::find_if(followers_, [&](const auto& follower) { return follower->follows(over, cells); });
  if (found == followers_.end()) return nullptr;
  const auto* const follower = found->get();
  const auto known = std::ranges::find_if(
      changes_, [&](const Change& change) { return change.follower == follower && change.over == over; });
  if (known != changes_.end()) return &*known;
  auto& change = changes_.emplace_back(Change{follower, over, now_, 0});
  change.seconds = follower->subtract_base(time_, over, change.reading);
  return &change;
}

}  // namespace tacho::telemetry

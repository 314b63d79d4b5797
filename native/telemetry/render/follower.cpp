#include "follower.hpp"

#include <algorithm>
#include <utility>

namespace tacho::telemetry {
namespace {

/// What bounds a history's memory, whoever ticks.
constexpr double kLeastStep = 0.5;

/// All that look back.
std::vector<const DerivedViewSpec*> followed(const std::vector<AnyViewSpec>& views) {
  std::vector<const DerivedViewSpec*> found;
  for (const auto& view : views) {
    const auto* const derived = std::get_if<DerivedViewSpec>(&view);
    if (derived == nullptr) continue;
    found.push_back(derived);
    for (const auto& more : derived->more) found.push_back(&more);
  }
  std::erase_if(found, [](const DerivedViewSpec* view) { return view->over == 0; });
  return found;
}

double longest_window(const std::vector<AnyViewSpec>& views) {
  double longest = 0;
  for (const auto* const view : followed(views)) longest = std::max(longest, view->over);
  return longest;
}

}  // namespace

Follower::Follower(const std::vector<AnyViewSpec>& views) : history_(longest_window(views)) {
  for (const auto* const view : followed(views)) views_.push_back(make_derived(*view));
}

std::optional<SegmentError> Follower::take_in(const Directory& directory) {
  const std::lock_guard guard(mutex_);
  std::optional<SegmentError> first;
  std::erase_if(views_, [&](const auto& view) {
    if (!view->is_behind(directory)) return false;
    try {
      view->refresh(directory, ranges_);
      return false;
    } catch (const SegmentError& error) {
      if (!first) first = error;
      return true;
    }
  });
  number_new();
  return first;
}

void Follower::number_new() {
  join_ranges(ranges_);
  if (!ranges_.empty()) is_followed_.resize(ranges_.back().first + ranges_.back().count);
  for (const auto& [first, count] : ranges_)
    for (auto cell = first; cell < first + count; ++cell)
      if (std::exchange(is_followed_[cell], 1) == 0) cells_.push_back(cell);
}

void Follower::keep(const Segment& segment, double now, ProcessIdentity self) {
  const std::lock_guard guard(mutex_);
  if (!history_.empty() && now < history_.newest() + kLeastStep) return;
  const Reading reading(segment, ranges_, self);
  Instant instant{now, {}};
  instant.values.reserve(cells_.size());
  for (const auto cell : cells_) instant.values.push_back(reading.total(cell));
  history_.keep(std::move(instant));
}

bool Follower::follows(double over, std::span<const CellRange> cells) const {
  const std::lock_guard guard(mutex_);
  if (history_.empty() || over > history_.horizon()) return false;
  return std::ranges::all_of(cells, [&](const CellRange& range) {
    const auto last = range.first + range.count;
    return last <= is_followed_.size() &&
           std::all_of(is_followed_.begin() + range.first, is_followed_.begin() + last,
                       [](char followed) { return followed != 0; });
  });
}

double Follower::subtract_base(double now, double over, Reading& reading) const {
  const std::lock_guard guard(mutex_);
  const auto& base = history_.base(now, over);
  for (std::size_t i = 0; i < base.values.size(); ++i) reading.subtract(cells_[i], base.values[i]);
  return now - base.time;
}

}  // namespace tacho::telemetry

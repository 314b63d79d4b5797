#include "reading.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace tacho::telemetry {
namespace {

double read(double& cell) { return std::atomic_ref(cell).load(std::memory_order_relaxed); }

std::uint64_t used(std::uint64_t& count, std::uint64_t most) {
  return std::min(std::atomic_ref(count).load(std::memory_order_acquire), most);
}

}  // namespace

void join_ranges(std::vector<CellRange>& ranges) {
  std::ranges::sort(ranges, {}, &CellRange::first);
  std::size_t joined = 0;
  for (const auto& range : ranges) {
    CellRange* const last = joined > 0 ? &ranges[joined - 1] : nullptr;
    if (last != nullptr && range.first <= last->first + last->count)
      last->count = std::max(last->count, range.first - last->first + range.count);
    else
      ranges[joined++] = range;
  }
  ranges.resize(joined);
}

Reading::Reading(const Segment& segment, std::span<const CellRange> summed, ProcessIdentity self)
    : segment_(segment), self_(self) {
  auto& header = segment_.header();
  totals_.assign(used(header.cells_used, header.cells_per_shard), 0);
  const auto shards = used(header.shards_used, header.shard_count);
  for (std::uint64_t shard = 0; shard < shards; ++shard) {
    const auto cells = segment_.cells(shard);
    shards_.push_back(cells);
    for (const auto& range : summed) {
      const auto end = std::min<std::size_t>(range.first + range.count, totals_.size());
      for (std::size_t i = range.first; i < end; ++i) totals_[i] += read(cells[i]);
    }
  }
}

std::optional<double> Reading::living_sum(std::uint32_t cell, std::uint32_t mark) const {
  std::optional<double> sum;
  for (const auto cells : living())
    if (read(cells[mark]) != 0) sum = sum.value_or(0) + read(cells[cell]);
  return sum;
}

std::optional<double> Reading::living_last(std::uint32_t cell, std::uint32_t mark) const {
  std::optional<double> last;
  double latest = 0;
  for (const auto cells : living()) {
    const double stamp = read(cells[mark]);
    if (!(stamp > latest)) continue;
    latest = stamp;
    last = read(cells[cell]);
  }
  return last;
}

std::optional<double> Reading::living_any(std::uint32_t cell, std::uint32_t mark) const {
  std::optional<double> any;
  for (const auto cells : living())
    if (read(cells[mark]) != 0) any = any.value_or(0) != 0 || read(cells[cell]) != 0 ? 1 : 0;
  return any;
}

std::optional<double> Reading::high_water(std::uint32_t cell, std::uint32_t mark) const {
  std::optional<double> highest;
  for (const auto cells : shards_)
    if (read(cells[mark]) != 0) highest = std::max(highest.value_or(-INFINITY), read(cells[cell]));
  return highest;
}

std::span<const std::span<double>> Reading::living() const {
  if (living_) return *living_;
  auto& living = living_.emplace();
  ProcessIdentity last{};
  bool last_lives = false;
  for (std::uint64_t shard = 0; shard < shards_.size(); ++shard) {
    const auto owner = segment_.owner(shard);
    if (owner != last) last_lives = lives(last = owner);
    if (last_lives) living.push_back(shards_[shard]);
  }
  return living;
}

bool Reading::lives(const ProcessIdentity& process) const { return process == self_ || is_alive(process); }

}  // namespace tacho::telemetry

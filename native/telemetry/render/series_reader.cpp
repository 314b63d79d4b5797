#include "series_reader.hpp"

#include <algorithm>
#include <utility>

#include "../metric_spec.hpp"

namespace tacho::telemetry {
namespace {

constexpr std::uint32_t kEnd = UINT32_MAX;

/// Whether series that become alike show the highest.
bool is_highest(Reads reads) { return reads == Reads::living_last || reads == Reads::high_water; }

/// The writer may have marked its state set between the looks at two states.
void show_whole_state_sets(std::size_t states, std::vector<char>& shown) {
  for (auto first = shown.begin(); first != shown.end(); first += static_cast<std::ptrdiff_t>(states)) {
    const auto last = first + static_cast<std::ptrdiff_t>(states);
    std::fill(first, last, std::find(first, last, 1) != last);
  }
}

}  // namespace

void SeriesReader::add(std::size_t series, const Part& part) {
  const auto link = static_cast<std::uint32_t>(links_.size());
  links_.push_back({part, kEnd});
  if (series == chains_.size())
    chains_.push_back({link, link});
  else
    links_[std::exchange(chains_[series].last, link)].next = link;
}

void SeriesReader::read(const Family& family, const Reading& reading, bool with_exemplars,
                        Points& points) const {
  points.clear();
  if (family.type == FamilyType::histogram)
    read_histograms(family, reading, points);
  else
    read_scalars(family, reading, points);
  if (with_exemplars) read_exemplars(family, reading, points);
}

bool SeriesReader::keeps_highest(const Family& family) const {
  return family.type == FamilyType::info || std::ranges::all_of(shapes, [](const CellShape& shape) {
           return is_highest(shape.reads) || shape.reads == Reads::nothing;
         });
}

std::optional<double> SeriesReader::value_of(const Part& part, const Reading& reading) const {
  switch (shapes[part.shape].reads) {
    case Reads::living_sum:
      return reading.living_sum(part.cell, part.last);
    case Reads::living_last:
      return reading.living_last(part.cell, part.last);
    case Reads::living_any:
      return reading.living_any(part.cell, part.last);
    case Reads::high_water:
      return reading.high_water(part.cell, part.last);
    case Reads::bucket_count: {
      double count = 0;
      for (auto cell = part.cell; cell < part.last; ++cell) count += reading.total(cell);
      return count;
    }
    case Reads::sum:
      return reading.total(part.last);
    default:
      return reading.total(part.cell);
  }
}

/// Whether each series is one counter's.
bool SeriesReader::is_plain() const {
  return shapes.size() == 1 && shapes.front().reads == Reads::total && links_.size() == chains_.size();
}

void SeriesReader::read_totals(const Reading& reading, Points& points) const {
  points.shown.assign(links_.size(), 1);
  points.numbers.resize(links_.size());
  const double scale = shapes.front().scale;
  for (std::size_t i = 0; i < links_.size(); ++i)
    points.numbers[i] = reading.total(links_[i].part.cell) * scale;
}

void SeriesReader::read_scalars(const Family& family, const Reading& reading, Points& points) const {
  if (is_plain()) return read_totals(reading, points);
  if (adds_sources && family.type != FamilyType::info) return read_sums_of_sources(points, reading);
  const bool highest = keeps_highest(family);
  for (const auto& chain : chains_) {
    std::optional<double> shown;
    for (auto link = chain.first; link != kEnd; link = links_[link].next) {
      const auto& part = links_[link].part;
      const auto value = value_of(part, reading);
      if (!value) continue;
      const double scaled = *value * shapes[part.shape].scale;
      shown = !shown ? scaled : highest ? std::max(*shown, scaled) : *shown + scaled;
    }
    points.numbers.push_back(shown.value_or(0));
    points.shown.push_back(shown ? 1 : 0);
  }
  if (family.type == FamilyType::stateset) show_whole_state_sets(family.states.size(), points.shown);
}

void SeriesReader::read_sums_of_sources(Points& points, const Reading& reading) const {
  std::vector<std::optional<double>> of_shapes(shapes.size());
  for (const auto& chain : chains_) {
    std::ranges::fill(of_shapes, std::nullopt);
    for (auto link = chain.first; link != kEnd; link = links_[link].next) {
      const auto& part = links_[link].part;
      const auto value = value_of(part, reading);
      if (!value) continue;
      auto& known = of_shapes[part.shape];
      known = !known                                 ? *value
              : is_highest(shapes[part.shape].reads) ? std::max(*known, *value)
                                                     : *known + *value;
    }
    std::optional<double> sum;
    for (std::size_t shape = 0; shape < shapes.size(); ++shape)
      if (of_shapes[shape]) sum = sum.value_or(0) + *of_shapes[shape] * shapes[shape].scale;
    points.numbers.push_back(sum.value_or(0));
    points.shown.push_back(sum ? 1 : 0);
  }
}

void SeriesReader::read_histograms(const Family& family, const Reading& reading, Points& points) const {
  points.shown.assign(chains_.size(), 1);
  for (std::size_t series = 0; series < chains_.size(); ++series) {
    const auto first = points.numbers.size();
    const auto width = family.width(series);
    points.numbers.resize(first + width);
    double* const numbers = points.numbers.data() + first;
    for (auto link = chains_[series].first; link != kEnd; link = links_[link].next) {
      const auto& part = links_[link].part;
      const auto& [reads, scale, buckets, exemplars, slots] = shapes[part.shape];
      for (std::size_t i = 0; i < buckets.size(); ++i) numbers[buckets[i]] += reading.total(part.cell + i);
      numbers[width - 1] += reading.total(part.cell + buckets.size()) * scale;
    }
  }
}

void SeriesReader::read_exemplars(const Family& family, const Reading& reading, Points& points) const {
  if (std::ranges::all_of(shapes, [](const auto& shape) { return shape.exemplar_slots == 0; })) return;
  for (std::size_t series = 0; series < chains_.size(); ++series)
    for (auto link = chains_[series].first; link != kEnd; link = links_[link].next)
      read_slots(family, series, links_[link].part, reading, points);
}

void SeriesReader::read_slots(const Family& family, std::size_t series, const Part& part,
                              const Reading& reading, Points& points) const {
  const auto& shape = shapes[part.shape];
  for (const auto shard : reading.shards())
    for (std::uint32_t slot = 0; slot < shape.exemplar_slots; ++slot) {
      auto found = read_exemplar(&shard[part.cell + shape.exemplars + slot * kExemplarCells]);
      if (!found) continue;
      found->value *= shape.scale;
      const bool is_histogram = family.type == FamilyType::histogram;
      points.keep_newest({series, is_histogram ? family.buckets_of(series).find(found->value) : 0, *found});
    }
}

}  // namespace tacho::telemetry

#include "projection.hpp"

#include <algorithm>
#include <atomic>
#include <type_traits>
#include <utility>

#include "moment.hpp"
#include "number_format.hpp"
#include "view_buckets.hpp"

namespace tacho::telemetry {
namespace {

constexpr std::string_view kOverflow = "overflow";

// Labels borrow texts of metrics, which lie in vectors: those keep their place when the directory grows only
// if a metric is moved.
static_assert(std::is_nothrow_move_constructible_v<Metric>);

struct TypeName {
  FamilyType family;
  const char* name;
};

TypeName type_of(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return {FamilyType::counter, "a counter"};
    case MetricType::gauge:
      return {FamilyType::gauge, "a gauge"};
    case MetricType::info:
      return {FamilyType::info, "an info"};
    case MetricType::stateset:
      return {FamilyType::stateset, "a state set"};
    default:
      return {FamilyType::histogram, "a histogram"};
  }
}

Reads reads_of(GaugeMode mode) {
  if (mode == GaugeMode::sum) return Reads::living_sum;
  return mode == GaugeMode::last ? Reads::living_last : Reads::high_water;
}

ViewSpec view_of(const MetricSpec& spec) {
  return {spec.name, type_of(spec.type).family, spec.help, spec.unit, {ViewSource{.metric = spec.name}}, {}};
}

bool has_overflowed(const Metric& metric) {
  return metric.overflow_cell != kNoCell &&
         std::atomic_ref(*metric.overflow_used).load(std::memory_order_acquire) != 0;
}

bool is_summed(Reads reads) {
  return reads == Reads::total || reads == Reads::sum || reads == Reads::bucket_count ||
         reads == Reads::histogram;
}

/// The number of a difference is no highest of all.
bool is_negative(const ViewSource& source) { return source.scale < 0; }

const char* quoted(Take take) {
  if (take == Take::value) return "\"value\"";
  return take == Take::sum ? "\"sum\"" : "\"count\"";
}

/// Whether the view can show metrics of this type.
void check_type(const ViewSpec& view, const ViewSource& from, MetricType metric) {
  const auto [type, name] = type_of(metric);
  const bool is_histogram = type == FamilyType::histogram;
  const auto received = from.metric + ", " + name;
  const auto because = " (" + from.metric + " is " + name + ")";
  if (!is_histogram && from.take != Take::value)
    refuse_view(view.name, "take", "\"value\"" + because, quoted(from.take));
  if (is_histogram && from.take == Take::value && view.type != FamilyType::histogram)
    refuse_view(view.name, "take", "\"sum\" or \"count\"" + because, quoted(from.take));
  if (view.type == FamilyType::histogram && !is_histogram)
    refuse_view(view.name, "from", "histograms", received);
  if (view.type == FamilyType::info && type != FamilyType::info)
    refuse_view(view.name, "from", "infos", received);
}

}  // namespace

Projection::Projection(const Directory& directory, std::size_t metric)
    : view_(view_of(directory.metrics()[metric].spec)), is_view_(false) {
  const auto& spec = directory.metrics()[metric].spec;
  if (spec.name.empty()) return;
  family_.type = view_.type;
  family_.name = view_.name;
  family_.help = view_.help;
  family_.unit = view_.unit;
  family_.states = spec.states;
  sources_.push_back({.metric = metric});
  reader_.shapes.resize(1);
  bind(0, spec);
}

Projection::Projection(ViewSpec view, Addition addition) : view_(std::move(view)), is_view_(true) {
  check_view(view_);
  reader_.adds_sources = addition == Addition::of_sources || std::ranges::any_of(view_.from, is_negative);
  family_.type = view_.type;
  family_.name = view_.name;
  family_.help = view_.help;
  family_.unit = view_.unit;
  sources_.resize(view_.from.size());
  reader_.shapes.resize(view_.from.size());
}

void Projection::read(const Moment& moment, bool with_exemplars, Points& points) const {
  read(moment.now(), with_exemplars, points);
}

bool Projection::exists() const {
  return std::ranges::any_of(sources_, [](const Source& source) { return source.metric.has_value(); });
}

bool Projection::is_behind(const Directory& directory) const {
  const auto& metrics = directory.metrics();
  return std::ranges::any_of(sources_, [&](const Source& source) {
    if (!source.metric) return metrics_seen_ < metrics.size();
    const auto& metric = metrics[*source.metric];
    return source.series_taken < metric.series.size() || (!source.overflow_taken && has_overflowed(metric));
  });
}

void Projection::refresh(const Directory& directory, std::vector<CellRange>& summed) {
  const auto& metrics = directory.metrics();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    auto& source = sources_[i];
    if (!source.metric) {
      const auto* const found = directory.find(view_.from[i].metric);
      if (found == nullptr) continue;
      bind(i, found->spec);
      source.metric = static_cast<std::size_t>(found - metrics.data());
    }
    take_new(i, metrics[*source.metric], summed);
  }
  metrics_seen_ = metrics.size();
}

void Projection::bind(std::size_t number, const MetricSpec& spec) {
  const auto& from = view_.from[number];
  auto& shape = reader_.shapes[number];
  shape.scale = from.scale;
  shape.reads = reads_of(from, spec);
  if (shape.reads == Reads::histogram) bind_buckets(from, spec, shape);
  const bool counts = shape.reads == Reads::histogram || (family_.type == FamilyType::counter &&
                                                          spec.type == MetricType::counter && from.scale > 0);
  if (counts) {
    shape.exemplars = static_cast<std::uint32_t>(value_cells(spec));
    shape.exemplar_slots = spec.exemplar_slots;
  }
  bind_at_most(from, spec, sources_[number]);
  bind_labels(from, spec, sources_[number]);
}

Reads Projection::reads_of(const ViewSource& from, const MetricSpec& spec) const {
  check_type(view_, from, spec.type);
  switch (spec.type) {
    case MetricType::counter:
      return Reads::total;
    case MetricType::gauge:
      return telemetry::reads_of(spec.gauge_mode);
    case MetricType::info:
    case MetricType::stateset:
      return Reads::living_any;
    default:
      if (from.take == Take::value) return Reads::histogram;
      return from.take == Take::sum ? Reads::sum : Reads::bucket_count;
  }
}

void Projection::bind_buckets(const ViewSource& from, const MetricSpec& spec, CellShape& shape) {
  auto buckets = is_view_ ? buckets_of(view_, from, spec) : shown_buckets_of(spec);
  if (family_.buckets.empty())
    family_.buckets.push_back(std::move(buckets));
  else if (!(family_.buckets.front() == buckets))
    refuse_view(view_.name, "from", "metrics with the same buckets", from.metric + " with others");
  shape.buckets = bucket_map(family_.buckets.front(), buckets_of(spec), from.scale);
}

void Projection::bind_at_most(const ViewSource& from, const MetricSpec& spec, Source& source) const {
  if (!from.at_most) return;
  const auto bound = std::ranges::find(spec.bounds, *from.at_most);
  if (bound == spec.bounds.end()) {
    std::string received;
    append_number(received, *from.at_most);
    refuse_view(view_.name, "atMost", "a bound of " + from.metric, received);
  }
  source.buckets = static_cast<std::uint32_t>(bound - spec.bounds.begin()) + 1;
}

void Projection::bind_labels(const ViewSource& from, const MetricSpec& spec, Source& source) const {
  std::vector<std::string_view> names(spec.labels.begin(), spec.labels.end());
  if (spec.type == MetricType::stateset) names.push_back(from.metric);
  const auto index_of = [&](const std::string& label, const char* field) {
    const auto found = std::ranges::find(names, label);
    if (found == names.end()) refuse_view(view_.name, field, "labels of " + from.metric, label);
    return static_cast<std::size_t>(found - names.begin());
  };
  for (const auto& [label, values] : from.where) source.where.push_back({index_of(label, "where"), values});
  if (from.labels) {
    for (const auto& label : *from.labels)
      source.labels.push_back(label.from ? LabelOrigin{label.name, index_of(*label.from, "labels"), {}}
                                         : LabelOrigin{label.name, {}, label.value});
  } else {
    for (std::size_t i = 0; i < names.size(); ++i) source.labels.push_back({names[i], i, {}});
  }
}

void Projection::take_new(std::size_t number, const Metric& metric, std::vector<CellRange>& summed) {
  auto& source = sources_[number];
  const auto labels = metric.spec.labels.size();
  for (; source.series_taken < metric.series.size(); ++source.series_taken) {
    const auto& [cell, created, values] = metric.series[source.series_taken];
    take(number, metric.spec, decode_values(values, labels), created, cell, summed);
  }
  if (source.overflow_taken || !has_overflowed(metric)) return;
  source.overflow_taken = true;
  take(number, metric.spec, std::vector(labels, kOverflow), metric.created, metric.overflow_cell, summed);
}

void Projection::take(std::size_t number, const MetricSpec& spec, std::vector<std::string_view> values,
                      double created, std::uint32_t cell, std::vector<CellRange>& summed) {
  const auto count = static_cast<std::uint32_t>(value_cells(spec));
  const auto read = sources_[number].buckets.value_or(count - 1);
  Part part{cell, cell + read, static_cast<std::uint32_t>(number)};
  if (spec.type != MetricType::stateset) return take_part(values, created, part, summed);
  for (const auto& state : spec.states) {
    values.resize(spec.labels.size());
    values.emplace_back(state);
    take_part(values, created, part, summed);
    ++part.cell;
  }
}

void Projection::take_part(const std::vector<std::string_view>& values, double created, const Part& part,
                           std::vector<CellRange>& summed) {
  const auto& source = sources_[part.shape];
  const bool shown = std::ranges::all_of(source.where, [&](const Condition& condition) {
    return std::ranges::find(condition.values, values[condition.label]) != condition.values.end();
  });
  if (!shown) return;
  const auto reads = reader_.shapes[part.shape].reads;
  if (reads == Reads::sum)
    summed.push_back({part.last, 1});
  else if (is_summed(reads))
    summed.push_back({part.cell, part.last - part.cell + 1});
  std::vector<Label> labels;
  for (const auto& label : source.labels)
    labels.push_back({label.name, label.from ? values[*label.from] : label.value});
  reader_.add(series_of(labels, created), part);
}

std::optional<std::size_t> Projection::find(std::span<const Label> labels) const {
  const auto known = series_by_labels_.find(key_of(labels));
  return known == series_by_labels_.end() ? std::nullopt : std::optional(known->second);
}

std::size_t Projection::series_of(std::span<const Label> labels, double created) {
  if (is_view_) {
    const auto [known, is_new] = series_by_labels_.try_emplace(key_of(labels), family_.size());
    if (!is_new) return known->second;
  }
  family_.add(labels, created);
  return family_.size() - 1;
}

}  // namespace tacho::telemetry

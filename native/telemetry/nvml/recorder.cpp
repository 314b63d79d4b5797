#include "recorder.hpp"

#include <utility>

#include "../cells.hpp"
#include "../segment_error.hpp"

namespace tacho::telemetry::nvml {

Recorder::Recorder(std::shared_ptr<Segment> segment)
    : segment_(std::move(segment)),
      shard_(segment_->claim()),
      duration_buckets_(spec_of(row_of(Metric::nvml_call_duration)).bounds) {}

void Recorder::set(Series& series, double value) {
  const std::lock_guard guard(mutex_);
  double* const cells = cells_of(series);
  if (cells == nullptr) return;
  set_cell(cells[0], value);
  if (row_of(series.metric).type == MetricType::gauge) set_cell(cells[1], 1);
}

void Recorder::hide(Series& series) {
  if (series.cell == Series::kUnresolved) return;
  const std::lock_guard guard(mutex_);
  double* const cells = cells_of(series);
  if (cells == nullptr) return;
  const bool is_gauge = row_of(series.metric).type == MetricType::gauge;
  // The value too: it would be added to that of another writer of the series.
  if (is_gauge) set_cell(cells[1], 0);
  set_cell(cells[0], 0);
}

void Recorder::add(Series& series, double n) {
  const std::lock_guard guard(mutex_);
  if (double* const cells = cells_of(series)) Counter{cells}.inc(n);
}

void Recorder::observe(Series& series, double value) {
  const std::lock_guard guard(mutex_);
  if (double* const cells = cells_of(series)) Histogram{cells, &duration_buckets_}.observe(value);
}

void Recorder::close() {
  const std::lock_guard guard(mutex_);
  closed_.store(true, std::memory_order_relaxed);
  shard_.reset();
}

std::string Recorder::problem() const {
  const std::lock_guard guard(mutex_);
  return problem_;
}

double* Recorder::cells_of(Series& series) {
  if (!shard_) return nullptr;
  if (series.cell == Series::kUnresolved) series.cell = resolve(series);
  return series.cell == Series::kDropped ? nullptr : &shard_->cells()[series.cell];
}

std::uint32_t Recorder::resolve(const Series& series) {
  try {
    const auto& place = place_of(series.metric);
    const auto cell = shard_->resolve(place.number, series.labels);
    const auto type = row_of(series.metric).type;
    if (cell != place.overflow_cell || (type != MetricType::gauge && type != MetricType::info)) return cell;
    // Shared by all that found no room, it would show whichever value came last.
    if (type == MetricType::gauge) set_cell(shard_->cells()[cell + 1], 0);
  } catch (const SegmentError& error) {
    if (problem_.empty()) problem_ = error.what();
  }
  return Series::kDropped;
}

const MetricPlace& Recorder::place_of(Metric metric) {
  auto& place = places_[static_cast<std::size_t>(metric)];
  if (!place) place = segment_->define(spec_of(row_of(metric)));
  return *place;
}

}  // namespace tacho::telemetry::nvml

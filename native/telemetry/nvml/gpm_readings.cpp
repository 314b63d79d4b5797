#include "gpm_readings.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tacho::telemetry::nvml {
namespace {

/// The hardware's counters are read every 100 ms: between closer samples nothing may have moved.
constexpr Seconds kLeastSpan{0.1};

struct Row {
  unsigned id;  ///< NVML's number of the metric; its values are percent.
  Metric metric;
  const char* pipe = nullptr;
};

constexpr Row kRows[] = {
    {1, Metric::engine_active},        {2, Metric::sm_active},
    {3, Metric::sm_occupancy},         {5, Metric::pipe_active, "tensor"},
    {11, Metric::pipe_active, "fp64"}, {12, Metric::pipe_active, "fp32"},
    {13, Metric::pipe_active, "fp16"}, {10, Metric::memory_bandwidth_utilization},
};

Series series_of(const Row& row, std::vector<std::string> labels) {
  if (row.pipe != nullptr) labels.emplace_back(row.pipe);
  return {row.metric, std::move(labels)};
}

bool is_percentage(const GpmMetric& metric) {
  return metric.result == Return::success && std::isfinite(metric.value) && metric.value >= 0;
}

}  // namespace

GpmReadings::GpmReadings(const std::vector<std::string>& labels) : schedule_(Seconds(0)) {
  for (const auto& row : kRows) shown_.push_back({row.id, series_of(row, labels)});
}

void GpmReadings::attach(Session& session, Device device) {
  schedule_ = Schedule(Seconds(0));
  has_last_ = false;
  last_ = next_ = nullptr;
  GpmSupport support;
  if (session.call(kGpmQueryDeviceSupport, device, &support) != Return::success || support.is_supported == 0)
    return hide(session.recorder());
  last_ = session.allocate_sample();
  next_ = session.allocate_sample();
}

void GpmReadings::hide(Recorder& recorder) {
  has_last_ = false;
  hide_values(recorder);
}

void GpmReadings::hide_values(Recorder& recorder) {
  for (auto& shown : shown_) recorder.hide(shown.series);
}

void GpmReadings::read(Session& session, Device device) {
  const auto now = session.now();
  if (last_ == nullptr || next_ == nullptr || !schedule_.is_due(now)) return;
  if (has_last_ && now - last_at_ < kLeastSpan) return;
  const auto before = session.spent();
  const auto result = sample(session, device, now);
  if (result != Return::success) hide_values(session.recorder());
  schedule_.note(session.now(), result, session.spent() - before);
}

Return GpmReadings::sample(Session& session, Device device, Instant now) {
  const auto sampled = session.call(kGpmSampleGet, device, next_);
  const bool follows = std::exchange(has_last_, sampled == Return::success);
  if (sampled != Return::success) return sampled;
  last_at_ = now;
  const auto result = follows ? show(session) : sampled;
  std::swap(last_, next_);
  return result;
}

Return GpmReadings::show(Session& session) {
  GpmMetricsGet metrics{.count = static_cast<unsigned>(shown_.size()), .first = last_, .second = next_};
  for (std::size_t i = 0; i < shown_.size(); ++i) metrics.metrics[i].id = shown_[i].id;
  const auto result = session.call(kGpmMetricsGet, &metrics);
  if (result != Return::success) return result;
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    const auto& metric = metrics.metrics[i];
    if (is_percentage(metric))
      session.recorder().set(shown_[i].series, std::min(metric.value, 100.0) / 100);
    else
      session.recorder().hide(shown_[i].series);
  }
  return result;
}

}  // namespace tacho::telemetry::nvml

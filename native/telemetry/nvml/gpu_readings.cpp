#include "gpu_readings.hpp"

#include <algorithm>
#include <cmath>

namespace tacho::telemetry::nvml {
namespace {

constexpr Seconds kSeldom{10};

Schedule schedule_for(Pace pace) { return Schedule(pace == Pace::seldom ? kSeldom : Seconds(0)); }

std::vector<std::string> labels_of(const Reading& reading, std::vector<std::string> labels) {
  for (const char* label : reading.labels)
    if (label != nullptr) labels.emplace_back(label);
  return labels;
}

bool is_total(const Reading& reading) { return row_of(reading.metric).type == MetricType::counter; }

std::uint64_t integer_of(const FieldValue& field) {
  switch (field.type) {
    case ValueType::float64:
      return field.value.float64 > 0 ? static_cast<std::uint64_t>(field.value.float64) : 0;
    case ValueType::unsigned_int:
      return field.value.unsigned_int;
    case ValueType::unsigned_long:
      return field.value.unsigned_long;
    case ValueType::signed_int:
      return static_cast<std::uint64_t>(std::max(field.value.signed_int, 0));
    case ValueType::unsigned_short:
      return field.value.unsigned_short;
    default:
      return field.value.unsigned_long_long;
  }
}

/// Divides where that is exact: 57 % is 0.57, but 57 * 0.01 is not.
double scaled(double value, double scale) {
  return scale < 1 ? value / std::round(1 / scale) : value * scale;
}

double number_of(const FieldValue& field) {
  switch (field.type) {
    case ValueType::float64:
      return field.value.float64;
    case ValueType::signed_int:
      return field.value.signed_int;
    case ValueType::signed_long_long:
      return static_cast<double>(field.value.signed_long_long);
    default:
      return static_cast<double>(integer_of(field));
  }
}

}  // namespace

GpuReadings::GpuReadings(const std::vector<std::string>& labels) {
  for (const auto& reading : all_readings())
    asked_for(reading).shown.push_back({.reading = &reading,
                                        .series = {reading.metric, labels_of(reading, labels)},
                                        .total = Accumulator(reading.wraps)});
}

GpuReadings::Asked& GpuReadings::asked_for(const Reading& reading) {
  const bool is_field = reading.source == Source::field;
  const auto field = is_field ? reading.item : 0;
  for (auto& asked : asked_)
    if (asked.source == reading.source && asked.field == field) return asked;
  return asked_.emplace_back(Asked{.source = reading.source,
                                   .field = field,
                                   .scope = reading.scope,
                                   .pace = reading.pace,
                                   .schedule = schedule_for(reading.pace)});
}

void GpuReadings::renew() {
  for (auto& asked : asked_) {
    asked.schedule = schedule_for(asked.pace);
    asked.last = Verdict::unsupported;
    for (auto& shown : asked.shown) shown.total.expect_restart();
  }
}

void GpuReadings::hide(Recorder& recorder) {
  for (auto& asked : asked_)
    for (auto& shown : asked.shown)
      if (!is_total(*shown.reading)) recorder.hide(shown.series);
}

Verdict GpuReadings::read(Session& session, Device device, Instant now) {
  for (auto& asked : asked_) {
    if (asked.source == Source::field || !asked.schedule.is_due(now)) continue;
    read_call(session, device, asked);
    if (asked.last >= Verdict::gpu_lost) return asked.last;
  }
  read_fields(session, device, now);
  const auto worst = std::ranges::max(asked_, {}, &Asked::last).last;
  return worst < Verdict::gpu_lost && is_mute() ? Verdict::gpu_lost : worst;
}

bool GpuReadings::is_mute() const {
  const auto says = [&](Verdict verdict) {
    return std::ranges::any_of(asked_, [&](const auto& asked) { return asked.last == verdict; });
  };
  return says(Verdict::failed) && !says(Verdict::fine);
}

void GpuReadings::read_call(Session& session, Device device, Asked& asked) {
  Values values{};
  const auto before = session.spent();
  const auto result = read_source(session, device, asked.source, values);
  note(session, asked, result, {session.now(), session.spent() - before});
  if (result != Return::success) return;
  for (auto& [reading, series, total] : asked.shown) {
    const double value = values[reading->item];
    if (std::isnan(value))
      session.recorder().hide(series);
    else
      session.recorder().set(series, scaled(value, reading->scale));
  }
}

void GpuReadings::read_fields(Session& session, Device device, Instant now) {
  due_.clear();
  fields_.clear();
  for (auto& asked : asked_) {
    if (asked.source != Source::field || !asked.schedule.is_due(now)) continue;
    due_.push_back(&asked);
    fields_.push_back({.field = asked.field, .scope = asked.scope});
  }
  if (due_.empty()) return;
  const auto before = session.spent();
  const auto result =
      session.call(kDeviceGetFieldValues, device, static_cast<int>(fields_.size()), fields_.data());
  const auto took = session.spent() - before;
  const auto end = session.now();
  for (std::size_t i = 0; i < due_.size(); ++i) {
    if (result == Return::success)
      take_field(session, *due_[i], fields_[i], {end, is_to_blame(fields_[i], took) ? took : Seconds(0)});
    else
      note(session, *due_[i], result, {end, took});
  }
}

bool GpuReadings::is_to_blame(const FieldValue& value, Seconds took) const {
  long long all = 0;
  for (const auto& field : fields_) all += field.latency_microseconds;
  const bool is_explained = std::chrono::microseconds(all) * 2 >= took;
  return !is_explained || value.latency_microseconds * static_cast<long long>(fields_.size()) >= all;
}

void GpuReadings::take_field(Session& session, Asked& asked, const FieldValue& value, Lapse lapse) {
  note(session, asked, value.result, lapse);
  if (value.result != Return::success) return;
  for (auto& [reading, series, total] : asked.shown) {
    if (is_total(*reading))
      session.recorder().add(series,
                             scaled(static_cast<double>(total.growth(integer_of(value))), reading->scale));
    else
      session.recorder().set(series, scaled(number_of(value), reading->scale));
  }
}

void GpuReadings::note(Session& session, Asked& asked, Return result, Lapse lapse) {
  asked.last = verdict_of(result);
  asked.schedule.note(lapse.end, result, lapse.took);
  if (result == Return::success) return;
  for (auto& shown : asked.shown)
    if (!is_total(*shown.reading)) session.recorder().hide(shown.series);
}

}  // namespace tacho::telemetry::nvml

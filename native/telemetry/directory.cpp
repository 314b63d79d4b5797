#include "directory.hpp"

#include <atomic>
#include <cmath>
#include <cstring>
#include <optional>
#include <type_traits>

#include "mapping.hpp"
#include "segment_error.hpp"

namespace tacho::telemetry {
namespace {

constexpr std::size_t kRecordAlignment = 8;

/// Takes values off the front of bytes that may be damaged: never reads past their end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  bool take(T& value) {
    if (rest_.size() < sizeof(T)) return false;
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return true;
  }

  bool take(std::string_view& value) {
    std::uint32_t length;
    if (!take(length) || rest_.size() < length) return false;
    value = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }

  bool take(std::string& value) {
    std::string_view view;
    const bool taken = take(view);
    if (taken) value = view;
    return taken;
  }

  /// Element by element, so that a damaged count ends at the record's end and not at the memory's.
  template <typename T>
  bool take(std::vector<T>& values, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i)
      if (!take(values.emplace_back())) return false;
    return true;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::string_view as_text(std::span<std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void append(std::string& out, const void* data, std::size_t bytes) {
  out.append(static_cast<const char*>(data), bytes);
}

void append_string(std::string& out, std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  append(out, &length, sizeof length);
  out.append(text);
}

/// Pads the record and writes its final size into its head.
std::string finish(std::string record) {
  record.resize((record.size() + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment);
  const auto bytes = static_cast<std::uint32_t>(record.size());
  std::memcpy(record.data() + offsetof(RecordHead, bytes), &bytes, sizeof bytes);
  return record;
}

bool is_known(MetricType type) { return type >= MetricType::counter && type <= MetricType::stateset; }

/// Absent where programs wrote that know nothing of it, and where all bounds are shown.
bool take_shown(ByteReader& reader, std::vector<std::uint32_t>& shown) {
  std::uint32_t count;
  return !reader.take(count) || reader.take(shown, count);
}

bool are_bounds(std::span<const double> bounds) {
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (!std::isfinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1])) return false;
  return true;
}

bool are_ranks(std::span<const std::uint32_t> ranks, std::size_t most) {
  for (std::size_t i = 0; i < ranks.size(); ++i)
    if (ranks[i] >= most || (i > 0 && ranks[i] <= ranks[i - 1])) return false;
  return true;
}

}  // namespace

/// A damaged record must not lead renderers outside a series' cells.
bool is_sound(const MetricSpec& spec) {
  if (!is_known(spec.type) || spec.name.empty() || spec.gauge_mode > GaugeMode::high_water ||
      !are_bounds(spec.bounds))
    return false;
  const bool counts = spec.type == MetricType::histogram || spec.type == MetricType::native_histogram;
  if (counts == spec.bounds.empty() || (spec.type == MetricType::stateset) == spec.states.empty())
    return false;
  if (!spec.shown.empty() && spec.type != MetricType::histogram) return false;
  if (spec.type != MetricType::native_histogram) return are_ranks(spec.shown, spec.bounds.size());
  return spec.schema >= kLeastSchema && spec.schema <= kMostSchema && spec.bounds.front() > 0;
}

/// Families borrow the texts of labels and states, which a copy would have elsewhere: growth must move.
static_assert(std::is_nothrow_move_constructible_v<Metric>);

Directory::Directory(const Mapping& mapping) : mapping_(mapping) {}

void Directory::refresh() {
  auto& header = *reinterpret_cast<Header*>(mapping_.data());
  const auto used = std::atomic_ref(header.directory_used).load(std::memory_order_acquire);
  while (position_ < used) {
    std::byte* const start = mapping_.data() + header.directory_offset + position_;
    const auto left = used - position_;
    RecordHead head{};
    if (used <= header.directory_bytes && left >= sizeof head) std::memcpy(&head, start, sizeof head);
    const bool sound = head.bytes >= sizeof head && head.bytes <= left && head.bytes % kRecordAlignment == 0;
    if (!sound || !take({start, head.bytes}))
      throw SegmentError("invalid_segment",
                         "Expected whole records in the telemetry directory but the one at byte " +
                             std::to_string(position_) + " is damaged.");
    position_ += head.bytes;
  }
}

bool Directory::take(std::span<std::byte> record) {
  RecordHead head;
  std::memcpy(&head, record.data(), sizeof head);
  if (head.kind == RecordKind::metric) return take_metric(record);
  if (head.kind == RecordKind::series) return take_series(record);
  return true;
}

bool Directory::take_cells(std::uint32_t first, std::uint64_t count) {
  const auto& header = *reinterpret_cast<const Header*>(mapping_.data());
  if (first < next_cell_ || first + count > header.cells_per_shard) return false;
  next_cell_ = first + count;
  return true;
}

bool Directory::take_metric(std::span<std::byte> bytes) {
  ByteReader reader(as_text(bytes));
  MetricRecord record;
  if (!reader.take(record)) return false;
  Metric metric{};
  metric.spec.type = record.head.type;
  metric.spec.max_series = record.max_series;
  metric.spec.gauge_mode = record.gauge_mode;
  metric.spec.schema = record.schema;
  metric.spec.exemplar_slots = record.exemplar_slots;
  metric.created = record.created;
  metric.overflow_cell = record.overflow_cell;
  metric.refused_cell = record.refused_cell;
  metric.overflow_used =
      reinterpret_cast<std::uint32_t*>(bytes.data() + offsetof(MetricRecord, overflow_used));
  auto& spec = metric.spec;
  if (is_known(spec.type)) {
    if (!reader.take(spec.bounds, record.bound_count)) return false;
    if (!reader.take(spec.name) || !reader.take(spec.help) || !reader.take(spec.unit)) return false;
    if (!reader.take(spec.labels, record.label_count)) return false;
    if (!reader.take(spec.states, record.state_count) || !take_shown(reader, spec.shown)) return false;
    if (!is_sound(spec)) return false;
    if (spec.labels.empty()) {
      metric.overflow_cell = metric.refused_cell = kNoCell;
    } else if (!take_cells(record.overflow_cell, series_cells(spec)) || !take_cells(record.refused_cell, 1)) {
      return false;
    }
  }
  metrics_.push_back(std::move(metric));
  return true;
}

bool Directory::take_series(std::span<std::byte> bytes) {
  ByteReader reader(as_text(bytes));
  SeriesRecord record;
  if (!reader.take(record) || record.metric >= metrics_.size()) return false;
  Metric& metric = metrics_[record.metric];
  if (!is_known(metric.spec.type)) return true;
  const auto values = reader.rest();
  for (std::size_t i = 0; i < metric.spec.labels.size(); ++i)
    if (std::string_view skipped; !reader.take(skipped)) return false;
  if (!take_cells(record.cell, series_cells(metric.spec))) return false;
  const auto encoded = values.substr(0, values.size() - reader.rest().size());
  metric.series.push_back({record.cell, record.created, encoded});
  metric.cell_by_values.emplace(encoded, record.cell);
  return true;
}

const Metric* Directory::find(std::string_view name) const {
  for (const auto& metric : metrics_)
    if (metric.spec.name == name) return &metric;
  return nullptr;
}

std::uint32_t Directory::find_series(std::uint32_t metric, std::string_view values) const {
  const auto& cells = metrics_[metric].cell_by_values;
  const auto found = cells.find(values);
  return found == cells.end() ? kNoCell : found->second;
}

std::string encode_values(std::span<const std::string> values) {
  std::string out;
  for (const auto& value : values) append_string(out, value);
  return out;
}

std::vector<std::string_view> decode_values(std::string_view encoded, std::size_t count) {
  std::vector<std::string_view> values;
  ByteReader reader(encoded);
  for (std::string_view value; values.size() < count && reader.take(value);) values.push_back(value);
  return values;
}

std::string encode_metric(const MetricSpec& spec, double created, std::uint32_t overflow_cell,
                          std::uint32_t refused_cell) {
  MetricRecord record{};
  record.head = {0, RecordKind::metric, spec.type};
  record.created = created;
  record.label_count = static_cast<std::uint32_t>(spec.labels.size());
  record.bound_count = static_cast<std::uint32_t>(spec.bounds.size());
  record.state_count = static_cast<std::uint32_t>(spec.states.size());
  record.gauge_mode = spec.gauge_mode;
  record.schema = spec.schema;
  record.exemplar_slots = spec.exemplar_slots;
  record.max_series = spec.max_series;
  record.overflow_cell = overflow_cell;
  record.refused_cell = refused_cell;
  std::string out;
  append(out, &record, sizeof record);
  append(out, spec.bounds.data(), spec.bounds.size() * sizeof(double));
  for (const auto* text : {&spec.name, &spec.help, &spec.unit}) append_string(out, *text);
  for (const auto& label : spec.labels) append_string(out, label);
  for (const auto& state : spec.states) append_string(out, state);
  if (!spec.shown.empty()) {
    const auto count = static_cast<std::uint32_t>(spec.shown.size());
    append(out, &count, sizeof count);
    append(out, spec.shown.data(), count * sizeof count);
  }
  return finish(std::move(out));
}

std::string encode_series(std::uint32_t metric, MetricType type, double created, std::uint32_t cell,
                          std::string_view values) {
  const SeriesRecord record{{0, RecordKind::series, type}, created, metric, cell};
  std::string out;
  append(out, &record, sizeof record);
  out.append(values);
  return finish(std::move(out));
}

}  // namespace tacho::telemetry

#include "text_renderer.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <utility>

namespace tacho::telemetry {
namespace {

constexpr double kLargestExactInteger = 9007199254740992;  // 2^53
/// Smaller numbers get an exponent, as in Go; to_chars alone would write 0.0005 as 5e-04, which no query
/// does.
constexpr double kLeastFixed = 1e-4;
constexpr std::string_view kRefusedName = "tacho_telemetry_series_overflowed_total";

const char* type_name(MetricType type) {
  if (type == MetricType::counter) return "counter";
  return type == MetricType::histogram ? "histogram" : "gauge";
}

/// HELP escapes backslash and line feed; label values the double quote as well.
void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quoted && c == '"')) out += '\\';
      out += c;
    }
  }
}

std::string head_of(std::string_view name, std::string_view help, const char* type) {
  std::string out = "# HELP ";
  out.append(name) += ' ';
  append_escaped(out, help, false);
  out.append("\n# TYPE ").append(name).append(" ").append(type) += '\n';
  return out;
}

std::string labels_of(const std::vector<std::string>& names, const std::vector<std::string_view>& values) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) {
    if (i > 0) out += ',';
    out.append(names[i]) += "=\"";
    append_escaped(out, values[i], true);
    out += '"';
  }
  return out;
}

std::vector<std::string> le_of(const MetricSpec& spec) {
  std::vector<std::string> out;
  if (spec.type != MetricType::histogram) return out;
  for (std::size_t i = 0; i <= spec.bounds.size(); ++i) {
    std::string& le = out.emplace_back("le=\"");
    append_number(le, i < spec.bounds.size() ? spec.bounds[i] : INFINITY);
    le += '"';
  }
  return out;
}

double read(double& cell) { return std::atomic_ref(cell).load(std::memory_order_relaxed); }

}  // namespace

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  char digits[32];
  char* const end = digits + sizeof digits;
  const double size = std::abs(value);
  std::to_chars_result written{};
  if (size <= kLargestExactInteger && value == std::trunc(value))
    written = std::to_chars(digits, end, static_cast<std::int64_t>(value));
  else if (size >= kLeastFixed && size < kLargestExactInteger)
    written = std::to_chars(digits, end, value, std::chars_format::fixed);
  else
    written = std::to_chars(digits, end, value);
  out.append(digits, written.ptr);
}

TextRenderer::TextRenderer(std::shared_ptr<const Segment> segment)
    : segment_(std::move(segment)), directory_(segment_->mapping()) {}

std::string TextRenderer::render() {
  const std::lock_guard guard(mutex_);
  directory_.refresh();
  prepare();
  sum_shards();
  out_.clear();
  const auto& metrics = directory_.metrics();
  for (std::size_t i = 0; i < metrics.size(); ++i) append_family(metrics[i], families_[i]);
  append_refused();
  return out_;
}

void TextRenderer::prepare() {
  const auto& metrics = directory_.metrics();
  families_.resize(metrics.size());
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const auto& [spec, created, overflow_cell, refused_cell, overflow_used, series, cells] = metrics[i];
    Family& family = families_[i];
    if (family.head.empty()) {
      family.head = head_of(spec.name, spec.help, type_name(spec.type));
      family.le = le_of(spec);
      family.overflow_labels =
          labels_of(spec.labels, std::vector<std::string_view>(spec.labels.size(), "overflow"));
    }
    for (auto known = family.labels.size(); known < series.size(); ++known)
      family.labels.push_back(
          labels_of(spec.labels, decode_values(series[known].values, spec.labels.size())));
  }
}

void TextRenderer::sum_shards() {
  auto& header = segment_->header();
  const auto used = [](std::uint64_t& count, std::uint64_t most) {
    return std::min(std::atomic_ref(count).load(std::memory_order_acquire), most);
  };
  totals_.assign(used(header.cells_used, header.cells_per_shard), 0);
  living_.clear();
  ProcessIdentity last{};
  bool last_lives = false;
  for (std::uint64_t shard = 0; shard < used(header.shards_used, header.shard_count); ++shard) {
    const auto cells = segment_->cells(shard);
    for (std::size_t i = 0; i < totals_.size(); ++i) totals_[i] += read(cells[i]);
    const auto owner = segment_->owner(shard);
    if (owner != last) last_lives = is_alive(last = owner);
    if (last_lives) living_.push_back(cells);
  }
}

double TextRenderer::total(std::size_t cell) const { return cell < totals_.size() ? totals_[cell] : 0; }

void TextRenderer::append_family(const Metric& metric, const Family& family) {
  if (metric.spec.name.empty()) return;  // of a type that this version does not know
  out_ += family.head;
  for (std::size_t i = 0; i < metric.series.size(); ++i)
    append_series(metric, family, family.labels[i], metric.series[i].cell);
  if (metric.overflow_cell != kNoCell &&
      std::atomic_ref(*metric.overflow_used).load(std::memory_order_acquire) != 0)
    append_series(metric, family, family.overflow_labels, metric.overflow_cell);
}

void TextRenderer::append_series(const Metric& metric, const Family& family, const std::string& labels,
                                 std::uint32_t cell) {
  if (metric.spec.type == MetricType::histogram) return append_histogram(metric, family, labels, cell);
  if (metric.spec.type == MetricType::gauge) return append_gauge(metric, labels, cell);
  append_line(metric.spec.name, "", labels, total(cell));
}

void TextRenderer::append_gauge(const Metric& metric, const std::string& labels, std::uint32_t cell) {
  double value = 0;
  bool has_writer = false;
  for (const auto cells : living_) {
    value += read(cells[cell]);
    has_writer |= read(cells[cell + 1]) != 0;
  }
  if (has_writer) append_line(metric.spec.name, "", labels, value);
}

void TextRenderer::append_histogram(const Metric& metric, const Family& family, const std::string& labels,
                                    std::uint32_t cell) {
  const auto& name = metric.spec.name;
  const auto buckets = family.le.size();
  double count = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    count += total(cell + i);
    out_.append(name) += "_bucket{";
    out_ += labels;
    if (!labels.empty()) out_ += ',';
    out_.append(family.le[i]) += "} ";
    append_number(out_, count);
    out_ += '\n';
  }
  append_line(name, "_sum", labels, total(cell + buckets));
  append_line(name, "_count", labels, count);
}

void TextRenderer::append_refused() {
  bool first = true;
  for (const auto& metric : directory_.metrics()) {
    const auto cell = metric.refused_cell;
    if (cell == kNoCell || metric.spec.name.empty() || total(cell) == 0) continue;
    if (std::exchange(first, false))
      out_ +=
          head_of(kRefusedName,
                  "Label sets for which a metric had no room; its series \"overflow\" took them.", "counter");
    append_line(kRefusedName, "", "metric=\"" + metric.spec.name + '"', total(cell));
  }
}

void TextRenderer::append_line(std::string_view name, std::string_view suffix, std::string_view labels,
                               double value) {
  out_.append(name).append(suffix);
  if (!labels.empty()) (out_ += '{').append(labels) += '}';
  out_ += ' ';
  append_number(out_, value);
  out_ += '\n';
}

}  // namespace tacho::telemetry

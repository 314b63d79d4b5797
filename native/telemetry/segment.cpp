#include "segment.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "cells.hpp"
#include "segment_error.hpp"

namespace tacho::telemetry {
namespace {

constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;

std::uint64_t page_bytes() {
  static const auto bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

/// Reserves the pages that [from, to) of a part touches first: those before `from` were reserved earlier.
bool reserve_growth(const Mapping& mapping, std::uint64_t part, std::uint64_t from, std::uint64_t to) {
  const auto first = (from + page_bytes() - 1) / page_bytes() * page_bytes();
  const auto last = (to + page_bytes() - 1) / page_bytes() * page_bytes();
  return mapping.reserve(part + first, last - first);
}

bool same_shape(const MetricSpec& a, const MetricSpec& b) {
  return a.type == b.type && a.labels == b.labels && a.bounds == b.bounds && a.states == b.states &&
         a.gauge_mode == b.gauge_mode && a.schema == b.schema && a.exemplar_slots == b.exemplar_slots &&
         a.shown == b.shown;
}

[[noreturn]] void full(const std::string& what, const std::string& name) {
  throw SegmentError("segment_full", "Expected room for " + what + " in telemetry segment " + name + ".");
}

std::int64_t unix_nanoseconds() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

/// A sum shows 0 as soon as someone holds a handle; other gauges wait for a value.
bool starts_shown(const MetricSpec& spec) {
  return spec.type == MetricType::gauge && spec.gauge_mode == GaugeMode::sum;
}

double unix_seconds() { return static_cast<double>(unix_nanoseconds()) * 1e-9; }

[[noreturn]] void not_ours(const std::string& path) {
  throw SegmentError("invalid_segment", "Expected a telemetry segment but " + path + " is none.");
}

}  // namespace

std::shared_ptr<Segment> Segment::create(const std::optional<std::string>& path, const Geometry& geometry) {
  Header header = header_for(geometry);
  header.created_unix_ns = unix_nanoseconds();
  header.boot = boot_hash();
  header.magic = 0;
  auto mapping = Mapping::create(path, header.file_bytes);
  if (!mapping->reserve(0, header.directory_offset)) {
    if (path) ::unlink(path->c_str());
    full("the header", path.value_or("in memory"));
  }
  auto& written = *reinterpret_cast<Header*>(mapping->data());
  std::memcpy(&written, &header, sizeof header);
  std::atomic_ref(written.magic).store(kMagic, kRelease);
  return std::shared_ptr<Segment>(new Segment(std::move(mapping), path));
}

std::shared_ptr<Segment> Segment::attach(const std::string& path, Access access) {
  auto mapping = Mapping::attach(path, sizeof(Header), access);
  auto& mapped = *reinterpret_cast<Header*>(mapping->data());
  std::atomic_ref(mapped.magic).load(kAcquire);
  check_header(mapped, mapping->bytes(), path);
  std::shared_ptr<Segment> segment(new Segment(std::move(mapping), path));
  segment->directory_.refresh();
  return segment;
}

std::shared_ptr<Segment> Segment::adopt(const std::string& path, const Geometry& geometry,
                                        const Segment* unfit) {
  for (;;) {
    const auto file = Mapping::attach_if_any(path, sizeof(Header::magic));
    if (!file) {
      if (auto made = create_complete(path, geometry)) return made;
      if (std::filesystem::is_symlink(path)) not_ours(path);  // It leads nowhere, and would for ever.
      continue;
    }
    // Whoever replaces the file holds its lock; who waited for it finds another file at the path.
    const Mapping::Lock lock(*file);
    if (!file->is_at(path)) continue;
    std::uint64_t magic;
    std::memcpy(&magic, file->data(), sizeof magic);
    if (magic != kMagic) not_ours(path);
    auto found = sound_segment(path);
    // Another process that found it unfit as well may have been faster, and writes to the new one by now.
    if (found && (unfit == nullptr || !unfit->mapping_->is_at(path))) return found;
    if (found && found->has_writers())
      throw SegmentError("invalid_segment", "Expected no living writer in telemetry segment " + path +
                                                ", whose metrics have another shape.");
    ::unlink(path.c_str());
  }
}

std::shared_ptr<Segment> Segment::sound_segment(const std::string& path) {
  try {
    return attach(path);
  } catch (const SegmentError&) {
    return nullptr;
  }
}

std::shared_ptr<Segment> Segment::create_complete(const std::string& path, const Geometry& geometry) {
  // Counted, as two threads may ask at the same nanosecond; timed, as a process elsewhere may have the same
  // number.
  static std::atomic<std::uint64_t> made = 0;
  const std::string unfinished = path + "." + std::to_string(getpid()) + "-" +
                                 std::to_string(unix_nanoseconds()) + "-" + std::to_string(made.fetch_add(1));
  auto segment = create(unfinished, geometry);
  const bool placed = link(unfinished.c_str(), path.c_str()) == 0;
  const int reason = errno;
  segment->unlink();
  if (!placed && reason != EEXIST)
    throw SegmentError("invalid_segment",
                       "Cannot place telemetry segment " + path + ": " + std::strerror(reason) + ".");
  segment->path_ = path;
  segment->named_ = placed;
  return placed ? segment : nullptr;
}

bool Segment::has_writers() const {
  for (std::uint64_t shard = 0; shard < header().shards_used; ++shard)
    if (is_alive(owner(shard))) return true;
  return false;
}

Segment::Segment(std::unique_ptr<Mapping> mapping, std::optional<std::string> path)
    : mapping_(std::move(mapping)),
      path_(std::move(path)),
      named_(path_.has_value()),
      self_(this_process()),
      directory_(*mapping_) {}

void Segment::unlink() {
  const std::lock_guard guard(mutex_);
  if (std::exchange(named_, false)) ::unlink(path_->c_str());
}

ShardEntry& Segment::entry(std::uint64_t shard) const {
  return reinterpret_cast<ShardEntry*>(mapping_->data() + header().shard_table_offset)[shard];
}

std::span<double> Segment::cells(std::uint64_t shard) const {
  auto* first = mapping_->data() + header().shards_offset + shard * header().shard_stride;
  return {reinterpret_cast<double*>(first), header().cells_per_shard};
}

MetricPlace Segment::define(const MetricSpec& spec) {
  // Once published, it would make the segment useless to all who have it.
  if (!is_sound(spec))
    throw SegmentError("invalid_segment",
                       "Expected a name, and finite, increasing bounds where the type has any, for metric " +
                           spec.name + " but received others.");
  const std::lock_guard guard(mutex_);
  const Mapping::Lock lock(*mapping_);
  directory_.refresh();
  const Metric* metric = directory_.find(spec.name);
  if (metric == nullptr) {
    const auto width = static_cast<std::uint32_t>(series_cells(spec));
    const bool labelled = !spec.labels.empty();
    const auto overflow = labelled ? allocate(width + 1) : kNoCell;
    const auto refused = labelled && overflow != kNoCell ? overflow + width : kNoCell;
    if ((labelled && overflow == kNoCell) ||
        !publish(encode_metric(spec, unix_seconds(), overflow, refused), overflow))
      full("metric " + spec.name, path_.value_or("in memory"));
    directory_.refresh();
    metric = directory_.find(spec.name);
  }
  if (!same_shape(metric->spec, spec))
    throw SegmentError("invalid_segment", "Expected metric " + spec.name +
                                              " with the shape (type, labels, bounds, shown, states, "
                                              "exemplars) that the telemetry segment holds" +
                                              " but received others.");
  const auto number = static_cast<std::uint32_t>(metric - directory_.metrics().data());
  if (spec.labels.empty() && metric->series.empty() && add_series(number, {}) == kNoCell)
    full("metric " + spec.name, path_.value_or("in memory"));
  return {number, metric->overflow_cell};
}

Segment::Resolved Segment::resolve(std::uint32_t number, std::span<const std::string> values) {
  const std::lock_guard guard(mutex_);
  directory_.refresh();
  // Looked up anew after each refresh, which moves the metrics when another process has registered one.
  const auto metric = [&]() -> const Metric& { return directory_.metrics().at(number); };
  const auto encoded = encode_values(values);
  auto cell = directory_.find_series(number, encoded);
  if (cell != kNoCell) return {cell, starts_shown(metric().spec)};
  // A client may send these very values; a second series of the same labels would spoil the whole scrape.
  const bool is_overflow = std::ranges::all_of(values, [](const auto& value) { return value == "overflow"; });
  const auto has_room = [&] { return metric().series.size() < metric().spec.max_series; };
  if (!is_overflow && has_room()) {
    const Mapping::Lock lock(*mapping_);
    directory_.refresh();
    cell = directory_.find_series(number, encoded);
    if (cell == kNoCell && has_room()) cell = add_series(number, encoded);
    if (cell != kNoCell) return {cell, starts_shown(metric().spec)};
  }
  auto overflow = overflow_of(metric());
  if (is_overflow) overflow.refused_cell = kNoCell;
  return overflow;
}

Segment::Resolved Segment::refuse(std::uint32_t number) {
  const std::lock_guard guard(mutex_);
  return overflow_of(directory_.metrics().at(number));
}

Segment::Resolved Segment::overflow_of(const Metric& metric) {
  std::atomic_ref(*metric.overflow_used).store(1, kRelease);
  return {metric.overflow_cell, starts_shown(metric.spec), metric.refused_cell};
}

std::uint32_t Segment::add_series(std::uint32_t number, std::string_view values) {
  const MetricSpec& spec = directory_.metrics()[number].spec;
  const auto cell = allocate(series_cells(spec));
  if (cell == kNoCell || !publish(encode_series(number, spec.type, unix_seconds(), cell, values), cell))
    return kNoCell;
  directory_.refresh();
  return cell;
}

std::uint32_t Segment::allocate(std::uint64_t count) {
  const auto used = header().cells_used;
  const auto wanted = used + count;
  if (wanted > header().cells_per_shard) return kNoCell;
  for (std::uint64_t shard = 0; shard < header().shards_used; ++shard) {
    const auto part = header().shards_offset + shard * header().shard_stride;
    if (!reserve_growth(*mapping_, part, used * sizeof(double), wanted * sizeof(double))) return kNoCell;
  }
  std::atomic_ref(header().cells_used).store(wanted, kRelease);
  return static_cast<std::uint32_t>(used);
}

bool Segment::publish(const std::string& record, std::uint32_t cells) {
  const auto used = header().directory_used;
  if (record.size() > header().directory_bytes - used ||
      !reserve_growth(*mapping_, header().directory_offset, used, used + record.size())) {
    if (cells != kNoCell) std::atomic_ref(header().cells_used).store(cells, kRelease);
    return false;
  }
  std::memcpy(mapping_->data() + header().directory_offset + used, record.data(), record.size());
  std::atomic_ref(header().directory_used).store(used + record.size(), kRelease);
  return true;
}

ProcessIdentity Segment::owner(std::uint64_t shard) const {
  const auto pid = std::atomic_ref(entry(shard).pid).load(kAcquire);
  return {pid, std::atomic_ref(entry(shard).birth).load(std::memory_order_relaxed)};
}

std::optional<std::uint64_t> Segment::vacant_shard() const {
  const auto used = header().shards_used;
  for (std::uint64_t shard = 0; shard < used; ++shard)
    if (owner(shard).pid == 0) return shard;
  for (std::uint64_t shard = 0; shard < used; ++shard)
    if (const auto process = owner(shard); process != self_ && !is_alive(process)) return shard;
  return used < header().shard_count ? std::optional(used) : std::nullopt;
}

std::unique_ptr<Shard> Segment::claim() {
  const std::lock_guard guard(mutex_);
  const Mapping::Lock lock(*mapping_);
  directory_.refresh();
  const auto shard = vacant_shard();
  if (!shard) full("another writer", path_.value_or("in memory"));
  const auto part = header().shards_offset + *shard * header().shard_stride;
  if (!reserve_growth(*mapping_, part, 0, header().cells_used * sizeof(double)))
    full("another writer's cells", path_.value_or("in memory"));
  forget_presence(cells(*shard));
  std::atomic_ref(entry(*shard).birth).store(self_.birth, std::memory_order_relaxed);
  std::atomic_ref(entry(*shard).pid).store(self_.pid, kRelease);
  if (*shard == header().shards_used) std::atomic_ref(header().shards_used).store(*shard + 1, kRelease);
  return std::make_unique<Shard>(shared_from_this(), *shard);
}

void Segment::forget_presence(std::span<double> cells) {
  for (const auto& metric : directory_.metrics()) {
    if (!lives_with_its_writer(metric.spec)) continue;
    const auto clear = [&](std::uint32_t first) {
      for (auto& cell : cells.subspan(first, value_cells(metric.spec))) set_cell(cell, 0);
    };
    if (metric.overflow_cell != kNoCell) clear(metric.overflow_cell);
    for (const auto& series : metric.series) clear(series.cell);
  }
}

Shard::Shard(std::shared_ptr<Segment> segment, std::uint64_t index)
    : segment_(std::move(segment)), index_(index), cells_(segment_->cells(index)) {}

std::uint32_t Shard::resolve(std::uint32_t metric, std::span<const std::string> values) {
  return use(segment_->resolve(metric, values));
}

std::uint32_t Shard::refuse(std::uint32_t metric) { return use(segment_->refuse(metric)); }

std::uint32_t Shard::use(const Segment::Resolved& series) {
  if (series.starts_shown) set_cell(cells_[series.cell + 1], 1);
  if (series.refused_cell != kNoCell) add_to_cell(cells_[series.refused_cell], 1);
  return series.cell;
}

void Shard::release() {
  if (!std::exchange(held_, false)) return;
  std::atomic_ref(segment_->entry(index_).pid).store(0, kRelease);
}

}  // namespace tacho::telemetry

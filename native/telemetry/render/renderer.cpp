#include "renderer.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace tacho::telemetry {
namespace {

/// What two wake-ups take. It also bounds how long an event loop is held.
constexpr std::chrono::microseconds kShort(50);

}  // namespace

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Renderer::Renderer(std::shared_ptr<const Segment> segment, Clock clock)
    : segment_(std::move(segment)), self_(this_process()), directory_(segment_->mapping()), clock_(clock) {}

std::string Renderer::render(Format format, FamilySet* views, std::span<ForeignFamily> foreign) {
  auto& families = views != nullptr ? *views : metrics_;
  const auto& encoder = encoder_of(format);
  const auto start = std::chrono::steady_clock::now();
  std::string out;
  {
    const auto lock = bring_up_to_date(families, format);
    // A series that is new must not pass for one that nobody follows.
    if (views != nullptr)
      for (const auto& follower : followers_) follower->take_in(directory_);
    const Reading reading(*segment_, families.summed(), self_);
    const Moment moment(reading, clock_(), followers_);
    out.reserve(families.longest(format));
    encoder.begin(out);
    families.append_to(out, moment, format);
    append_foreign(out, format, families.names(), foreign);
  }
  encoder.end(out);
  families.note_cost(format, out.size(), std::chrono::steady_clock::now() - start);
  return out;
}

bool Renderer::is_short(Format format, FamilySet* views) {
  auto& families = views != nullptr ? *views : metrics_;
  const std::shared_lock shared(mutex_, std::try_to_lock);
  if (!shared || families.is_behind(directory_, format)) return false;
  const auto last = families.last_duration(format);
  return directory_read_ == registered() && last > last.zero() && last <= kShort;
}

std::uint64_t Renderer::registered() const {
  return std::atomic_ref(segment_->header().directory_used).load(std::memory_order_acquire);
}

void Renderer::read_directory(std::uint64_t registered) {
  directory_.refresh();
  directory_read_ = std::max(directory_read_, registered);
}

std::shared_lock<std::shared_mutex> Renderer::bring_up_to_date(FamilySet& families, Format format) {
  const auto wanted = registered();
  for (;;) {
    std::shared_lock shared(mutex_);
    if (directory_read_ >= wanted && !families.is_behind(directory_, format)) return shared;
    shared.unlock();
    const std::lock_guard alone(mutex_);
    read_directory(wanted);
    families.refresh(directory_, format);
  }
}

std::shared_ptr<Follower> Renderer::follow(const std::vector<AnyViewSpec>& views) {
  auto follower = std::make_shared<Follower>(views);
  const std::lock_guard alone(mutex_);
  read_directory(registered());
  if (const auto error = follower->take_in(directory_)) throw SegmentError(*error);
  follower->keep(*segment_, clock_(), self_);
  followers_.push_back(follower);
  return follower;
}

void Renderer::tick(Follower& follower) {
  const auto wanted = registered();
  std::shared_lock shared(mutex_, std::try_to_lock);
  if (shared && directory_read_ < wanted) {
    shared.unlock();
    if (const std::unique_lock alone(mutex_, std::try_to_lock); alone) read_directory(wanted);
    if (!shared.try_lock() || directory_read_ < wanted) return;
  }
  if (!shared) return;
  follower.take_in(directory_);
  follower.keep(*segment_, clock_(), self_);
}

void Renderer::unfollow(const std::shared_ptr<Follower>& follower) {
  const std::lock_guard alone(mutex_);
  std::erase(followers_, follower);
}

void Renderer::append_foreign(std::string& out, Format format, const Names& ours,
                              std::span<ForeignFamily> foreign) {
  const auto& encoder = encoder_of(format);
  Names names(&ours);
  for (auto& shown : foreign) {
    auto& family = shown.family();
    if (!is_metric_name(family.name) || !names.take(family)) continue;
    if (format == Format::openmetrics && !names.name_for_openmetrics(family)) continue;
    Prepared prepared;
    encoder.prepare(family, prepared);
    encoder.append(out, family, prepared, shown.points());
  }
}

}  // namespace tacho::telemetry

#pragma once

#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "../directory.hpp"
#include "../process_identity.hpp"
#include "../segment.hpp"
#include "family_set.hpp"
#include "follower.hpp"
#include "foreign_family.hpp"

namespace tacho::telemetry {

/// Of CLOCK_MONOTONIC.
double monotonic_seconds();

/// Renders a whole segment in any format. Reads without a lock against writers and changes nothing, so any
/// number of readers see the same. Keeps an index, and what the formats have prepared, from one call to the
/// next. Thread-safe; calls wait for each other only while one takes in what was newly registered.
class Renderer {
 public:
  /// Seconds; never goes back.
  using Clock = double (*)();

  explicit Renderer(std::shared_ptr<const Segment> segment, Clock clock = monotonic_seconds);

  /// All metrics in the order of their registration, then the foreign families, less those with a malformed
  /// name and those that have one in common with others, as either would spoil the whole scrape. With
  /// `views`, which this renderer alone may use, these instead. Throws SegmentError for a damaged directory,
  /// for a view that its metrics cannot give, and for a window that nobody follows.
  std::string render(Format format, FamilySet* views = nullptr, std::span<ForeignFamily> foreign = {});

  /// Whether `render` without foreign families may be expected, from how long it took last, to take less than
  /// handing it to another thread would: two wake-ups take 20 to 50 us. False while there is anything to
  /// prepare or to wait for.
  bool is_short(Format format, FamilySet* views = nullptr);

  /// Keeps from now on what the windows of these views need; the instants come by `tick`. Throws SegmentError
  /// for views that are malformed or that the metrics cannot give.
  std::shared_ptr<Follower> follow(const std::vector<AnyViewSpec>& views);
  /// Called on an event loop, so it never waits for a rendering, which may take milliseconds: while one keeps
  /// it from reading what was newly registered, no instant is kept at all. One without the new series would
  /// say that they held 0, whereas windows that begin at the instant before are longer, by which rates
  /// divide.
  void tick(Follower& follower);
  void unfollow(const std::shared_ptr<Follower>& follower);

 private:
  /// Bytes of the directory.
  std::uint64_t registered() const;
  void read_directory(std::uint64_t registered);
  std::shared_lock<std::shared_mutex> bring_up_to_date(FamilySet& families, Format format);
  void append_foreign(std::string& out, Format format, const Names& ours, std::span<ForeignFamily> foreign);

  const std::shared_ptr<const Segment> segment_;
  const ProcessIdentity self_;
  std::shared_mutex mutex_;  ///< Of what follows; held alone to change it.
  Directory directory_;
  std::uint64_t directory_read_ = 0;
  FamilySet metrics_;
  std::vector<std::shared_ptr<Follower>> followers_;
  const Clock clock_;
};

}  // namespace tacho::telemetry

#pragma once

#include <napi.h>

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "../render/family_set.hpp"

namespace tacho::telemetry {

/// A set of views that is compiled where it is first rendered, so that an event loop is spared that.
/// Thread-safe.
class CompiledViews {
 public:
  using Views = std::vector<AnyViewSpec>;
  using Parts = std::vector<std::shared_ptr<const Views>>;

  CompiledViews(Parts parts, bool with_metrics) : parts_(std::move(parts)), with_metrics_(with_metrics) {}

  /// Throws SegmentError for malformed views, each time.
  FamilySet& families();
  bool is_made() const { return is_made_; }

 private:
  const Parts parts_;
  const bool with_metrics_;
  std::once_flag once_;
  std::optional<FamilySet> families_;
  std::atomic<bool> is_made_ = false;
};

/// What was parsed of the arrays of views used last, and compiled of the sets of arrays. An array is parsed
/// once in however many sets it is. Arrays are told apart by their identity alone, so a later change to one
/// has no effect; they are held weakly. Thread: the environment's.
class ViewCache {
 public:
  struct Found {
    std::shared_ptr<CompiledViews> views;
    std::vector<std::shared_ptr<CompiledViews>> retired;  ///< Of no more use; their freeing takes a while.
  };

  /// `arrays`: an array of arrays of views, which are shown one after another.
  Found find(const Napi::Array& arrays, bool with_metrics);

 private:
  using Views = CompiledViews::Views;
  using Parts = CompiledViews::Parts;

  struct Parsed {
    Napi::Reference<Napi::Object> array;
    std::shared_ptr<const Views> views;
  };

  struct Set {
    Parts parts;
    bool with_metrics;
    std::shared_ptr<CompiledViews> compiled;
  };

  Parts parts_of(const Napi::Array& arrays);
  std::shared_ptr<const Views> parsed(const Napi::Value& array);
  std::list<Set>::iterator retire(std::list<Set>::iterator set);

  std::list<Parsed> parsed_;  ///< The one used last comes first; so of the next.
  std::list<Set> sets_;
  /// Goes with the next new set to the thread that makes it.
  std::vector<std::shared_ptr<CompiledViews>> retired_;
};

}  // namespace tacho::telemetry

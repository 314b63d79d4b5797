#pragma once

#include <napi.h>

#include <list>
#include <memory>
#include <vector>

#include "../render/family_set.hpp"

namespace tacho::telemetry {

/// What was parsed of the arrays of views used last, and compiled of the sets of arrays. Parsing is by far
/// the greater part, and is done once an array in however many sets it is. Arrays are told apart by their
/// identity alone, so a later change to one has no effect; they are held weakly. Thread: the environment's.
class ViewCache {
 public:
  /// `arrays`: an array of arrays of views, which are shown one after another. Throws SegmentError for
  /// malformed views.
  std::shared_ptr<FamilySet> compiled(const Napi::Array& arrays, bool with_metrics);

 private:
  using Views = std::vector<AnyViewSpec>;
  using Parts = std::vector<std::shared_ptr<const Views>>;

  struct Parsed {
    Napi::Reference<Napi::Object> array;
    std::shared_ptr<const Views> views;
  };

  struct Set {
    std::vector<std::weak_ptr<const Views>> parts;
    bool with_metrics;
    std::shared_ptr<FamilySet> families;
  };

  Parts parts_of(const Napi::Array& arrays);
  std::shared_ptr<const Views> parsed(const Napi::Value& array);

  std::list<Parsed> parsed_;  ///< The one used last comes first; so of the next.
  std::list<Set> sets_;
};

}  // namespace tacho::telemetry

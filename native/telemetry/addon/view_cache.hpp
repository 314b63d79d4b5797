#pragma once

#include <napi.h>

#include <list>
#include <memory>

#include "../render/family_set.hpp"

namespace tacho::telemetry {

/// What was compiled of the arrays of views used last. Arrays are told apart by their identity alone, so a
/// later change to one has no effect; they are held weakly. Thread: the environment's.
class ViewCache {
 public:
  /// Throws SegmentError for malformed views.
  std::shared_ptr<FamilySet> compiled(const Napi::Value& views, bool with_metrics);

 private:
  struct Entry {
    Napi::Reference<Napi::Object> array;
    bool with_metrics;
    std::shared_ptr<FamilySet> families;
  };

  std::list<Entry> entries_;  ///< The one used last comes first.
};

}  // namespace tacho::telemetry

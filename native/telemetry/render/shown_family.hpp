#pragma once

#include <vector>

#include "../directory.hpp"
#include "family.hpp"
#include "moment.hpp"
#include "reading.hpp"

namespace tacho::telemetry {

/// A family that a rendering shows. Grows with the directory. Growing it is not thread-safe; reading is.
class ShownFamily {
 public:
  virtual ~ShownFamily() = default;
  ShownFamily(const ShownFamily&) = delete;
  ShownFamily& operator=(const ShownFamily&) = delete;

  /// Whether the directory has something that `refresh` would take in.
  virtual bool is_behind(const Directory& directory) const = 0;
  /// Takes in new metrics and series, and appends to `summed` the cells that are to be summed for them.
  /// Throws SegmentError for a view that its metrics cannot give.
  virtual void refresh(const Directory& directory, std::vector<CellRange>& summed) = 0;

  /// Whether there is anything to show, be it a family without series.
  virtual bool exists() const = 0;
  virtual const Family& family() const = 0;
  virtual Family& family() = 0;

  /// Throws SegmentError for a window that nobody follows.
  virtual void read(const Moment& moment, bool with_exemplars, Points& points) const = 0;

 protected:
  ShownFamily() = default;
};

}  // namespace tacho::telemetry

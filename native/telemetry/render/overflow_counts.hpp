#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "../directory.hpp"
#include "family.hpp"
#include "reading.hpp"

namespace tacho::telemetry {

/// The family that tells how many label sets each metric had no room for; shown once there are any. Growing
/// it is not thread-safe; reading is.
class OverflowCounts {
 public:
  OverflowCounts();

  void refresh(const Directory& directory, std::vector<CellRange>& summed);
  const Family& family() const { return family_; }
  Family& family() { return family_; }
  void read(const Reading& reading, Points& points) const;

 private:
  Family family_;
  std::vector<std::uint32_t> cells_;
  std::deque<std::string> metric_names_;  ///< Label values: at rest, whatever is added.
  std::size_t metrics_taken_ = 0;
};

}  // namespace tacho::telemetry

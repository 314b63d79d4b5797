#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "directory.hpp"
#include "segment.hpp"

namespace tacho::telemetry {

/// Renders a whole segment in Prometheus' text format 0.0.4. Reads without a lock and changes nothing, so any
/// number of readers see the same. Keeps an index and the escaped labels from one call to the next.
/// Thread-safe; calls at the same time wait for each other.
class TextRenderer {
 public:
  explicit TextRenderer(std::shared_ptr<const Segment> segment);

  /// Metrics and series in the order of their registration. Throws SegmentError for a damaged directory.
  std::string render();

 private:
  /// The lines of one metric that never change, and what precedes the value in those of its series.
  struct Family {
    std::string head;
    std::vector<std::string> labels;  ///< Of each series: `a="x",b="y"`.
    std::string overflow_labels;
    std::vector<std::string> le;  ///< Of each bucket: `le="0.5"`.
  };

  void prepare();
  void sum_shards();
  /// 0 for a cell beyond those in use, which only a damaged header can bring about.
  double total(std::size_t cell) const;
  void append_family(const Metric& metric, const Family& family);
  void append_series(const Metric& metric, const Family& family, const std::string& labels,
                     std::uint32_t cell);
  void append_gauge(const Metric& metric, const std::string& labels, std::uint32_t cell);
  void append_histogram(const Metric& metric, const Family& family, const std::string& labels,
                        std::uint32_t cell);
  void append_refused();
  void append_line(std::string_view name, std::string_view suffix, std::string_view labels, double value);

  const std::shared_ptr<const Segment> segment_;
  std::mutex mutex_;
  Directory directory_;
  std::vector<Family> families_;
  std::vector<double> totals_;
  std::vector<std::span<double>> living_;
  std::string out_;
};

/// Integers to 2^53 in full, other numbers in the fewest digits that read back the same; +Inf, -Inf, NaN.
void append_number(std::string& out, double value);

}  // namespace tacho::telemetry

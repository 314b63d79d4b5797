#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../directory.hpp"
#include "family.hpp"
#include "reading.hpp"
#include "series_reader.hpp"
#include "shown_family.hpp"
#include "view.hpp"

namespace tacho::telemetry {

/// How series that become alike make one, where they are no counts: high-water and last gauges show the
/// highest of all, or the sum of each source's highest.
enum class Addition { usual, of_sources };

/// A family that is made of a segment's metrics.
class Projection : public ShownFamily {
 public:
  /// Shows the directory's metric of this number as it is.
  Projection(const Directory& directory, std::size_t metric);
  /// Throws SegmentError for a malformed view.
  explicit Projection(ViewSpec view, Addition addition = Addition::usual);

  bool is_behind(const Directory& directory) const override;
  void refresh(const Directory& directory, std::vector<CellRange>& summed) override;

  /// False while none of a view's metrics exists, and for a metric of a type that this version does not know.
  bool exists() const override;
  const Family& family() const override { return family_; }
  Family& family() override { return family_; }

  void read(const Moment& moment, bool with_exemplars, Points& points) const override;
  void read(const Reading& reading, bool with_exemplars, Points& points) const {
    reader_.read(family_, reading, with_exemplars, points);
  }

  /// The number of a view's series.
  std::optional<std::size_t> find(std::span<const Label> labels) const;

 private:
  struct LabelOrigin {
    std::string_view name;
    std::optional<std::size_t> from;  ///< Index into the metric's labels.
    std::string_view value;
  };

  struct Condition {
    std::size_t label;
    std::span<const std::string> values;
  };

  /// What is known of a ViewSource once its metric exists. Its shape has the same number in the reader.
  struct Source {
    std::optional<std::size_t> metric;
    std::vector<LabelOrigin> labels;
    std::vector<Condition> where;
    std::optional<std::uint32_t> buckets;  ///< That many are counted; without: all.
    std::size_t series_taken = 0;
    bool overflow_taken = false;
  };

  void bind(std::size_t source, const MetricSpec& spec);
  Reads reads_of(const ViewSource& from, const MetricSpec& spec) const;
  void bind_buckets(const ViewSource& from, const MetricSpec& spec, CellShape& shape);
  void bind_at_most(const ViewSource& from, const MetricSpec& spec, Source& source) const;
  void bind_labels(const ViewSource& from, const MetricSpec& spec, Source& source) const;

  void take_new(std::size_t source, const Metric& metric, std::vector<CellRange>& summed);
  void take(std::size_t source, const MetricSpec& spec, std::vector<std::string_view> values, double created,
            std::uint32_t cell, std::vector<CellRange>& summed);
  void take_part(const std::vector<std::string_view>& values, double created, const Part& part,
                 std::vector<CellRange>& summed);
  std::size_t series_of(std::span<const Label> labels, double created);

  const ViewSpec view_;
  const bool is_view_;
  Family family_;
  std::vector<Source> sources_;
  SeriesReader reader_;
  std::unordered_map<std::string, std::size_t> series_by_labels_;
  std::size_t metrics_seen_ = 0;
};

}  // namespace tacho::telemetry

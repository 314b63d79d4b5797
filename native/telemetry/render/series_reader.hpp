#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "family.hpp"
#include "reading.hpp"

namespace tacho::telemetry {

/// How cells become a number; `nothing` while a view's metric is not known.
enum class Reads {
  nothing,
  total,
  sum,
  bucket_count,
  living_sum,
  living_last,
  living_any,
  high_water,
  histogram
};

/// What the series of one metric have in common.
struct CellShape {
  Reads reads{};
  double scale = 1;  ///< Of values and sums.
  /// Of a histogram: which of the family's buckets takes each of the metric's.
  std::vector<std::uint32_t> buckets;
  std::uint32_t exemplars = 0;  ///< The first slot, counted from the series' first cell.
  std::uint32_t exemplar_slots = 0;
};

/// Cells that go into a series.
struct Part {
  std::uint32_t cell;
  std::uint32_t last;  ///< Of the value: a histogram's sum; of others that live with a writer, the mark.
  std::uint32_t shape;
};

/// Knows from which cells a family's series are read. Growing it is not thread-safe; reading is.
class SeriesReader {
 public:
  std::vector<CellShape> shapes;
  /// Whether parts of different shapes are added up, also where those of one show the highest.
  bool adds_sources = false;

  /// Adds the part to a series, or to a new one where `series` is their number.
  void add(std::size_t series, const Part& part);

  void read(const Family& family, const Reading& reading, bool with_exemplars, Points& points) const;

 private:
  /// Parts of one series are chained, since mostly there is but one.
  struct Link {
    Part part;
    std::uint32_t next;
  };

  struct Chain {
    std::uint32_t first;
    std::uint32_t last;
  };

  void read_scalars(const Family& family, const Reading& reading, Points& points) const;
  void read_histograms(const Family& family, const Reading& reading, Points& points) const;
  void read_exemplars(const Family& family, const Reading& reading, Points& points) const;
  void read_slots(const Family& family, std::size_t series, const Part& part, const Reading& reading,
                  Points& points) const;
  bool is_plain() const;
  void read_totals(const Reading& reading, Points& points) const;
  bool keeps_highest(const Family& family) const;
  void read_sums_of_sources(Points& points, const Reading& reading) const;
  std::optional<double> value_of(const Part& part, const Reading& reading) const;

  std::vector<Link> links_;
  std::vector<Chain> chains_;
};

}  // namespace tacho::telemetry

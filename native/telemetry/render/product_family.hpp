#pragma once

#include <cstdint>
#include <vector>

#include "derived_family.hpp"

namespace tacho::telemetry {

/// A product of factors, divided by others and perhaps by the window's length.
class ProductFamily : public DerivedFamily {
 public:
  /// Throws SegmentError for a malformed view.
  ProductFamily(const DerivedViewSpec& view, const ViewProduct& product);

 private:
  /// Which of a factor's series each series of the view takes: those whose labels it has all.
  struct Matches {
    std::vector<std::vector<std::uint32_t>> of_series;
    std::size_t factor_size = 0;  ///< Of the factor's family when they were found.
  };

  void match() override;
  void match(const Projection& factor, Matches& matches) const;
  void compute(const Reading& reading, double seconds,
               std::vector<std::optional<double>>& values) const override;

  const std::size_t multipliers_;  ///< That many factors multiply, the rest divide.
  const bool per_second_;
  const double scale_;
  std::vector<Matches> matches_;  ///< Of each factor but the first.
};

}  // namespace tacho::telemetry

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "derived_family.hpp"

namespace tacho::telemetry {

/// Several derived gauges under one name: series that become alike are added up.
class SumFamily : public ShownFamily {
 public:
  /// Throws SegmentError for a malformed view.
  explicit SumFamily(const DerivedViewSpec& view);

  bool is_behind(const Directory& directory) const override;
  void refresh(const Directory& directory, std::vector<CellRange>& summed) override;
  bool exists() const override;
  const Family& family() const override { return family_; }
  Family& family() override { return family_; }
  void read(const Moment& moment, bool with_exemplars, Points& points) const override;

 private:
  struct Part {
    std::unique_ptr<DerivedFamily> gauge;
    std::vector<std::uint32_t> series;  ///< Of each of its series, that of the family.
  };

  void add_part(const DerivedViewSpec& view);
  std::uint32_t series_of(std::span<const Label> labels);

  std::vector<Part> parts_;
  Family family_;
  std::unordered_map<std::string, std::uint32_t> series_by_labels_;
};

/// Throws SegmentError for a malformed view.
std::unique_ptr<ShownFamily> make_shown(const DerivedViewSpec& view);

}  // namespace tacho::telemetry

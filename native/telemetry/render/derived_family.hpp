#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "projection.hpp"
#include "shown_family.hpp"
#include "view.hpp"

namespace tacho::telemetry {

/// A gauge that is computed of factors at each reading, each of which is a sum of a segment's metrics. A
/// series whose number is none is not shown.
class DerivedFamily : public ShownFamily {
 public:
  bool is_behind(const Directory& directory) const override;
  void refresh(const Directory& directory, std::vector<CellRange>& summed) override;
  bool exists() const override;
  const Family& family() const override { return family_; }
  Family& family() override { return family_; }
  void read(const Moment& moment, bool with_exemplars, Points& points) const override;

 protected:
  explicit DerivedFamily(const DerivedViewSpec& view);

  /// Throws SegmentError for malformed sources. The first one's series are the view's.
  void add_factor(const ViewFactor& factor, FamilyType type);
  const std::deque<Projection>& factors() const { return factors_; }

  /// Called when factors have grown.
  virtual void match() {}
  /// A number of each series, or nothing. `seconds`: of the window.
  virtual void compute(const Reading& reading, double seconds,
                       std::vector<std::optional<double>>& values) const = 0;

 private:
  const double over_;
  std::deque<Projection> factors_;
  Family family_;
  std::vector<CellRange> cells_;  ///< Those whose changes are taken.
};

/// Throws SegmentError for a malformed view.
std::unique_ptr<DerivedFamily> make_derived(const DerivedViewSpec& view);

}  // namespace tacho::telemetry

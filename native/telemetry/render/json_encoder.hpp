#pragma once

#include "encoder.hpp"

namespace tacho::telemetry {

/// An array of FamilySnapshot, see src/telemetry/reading/snapshot.ts; NaN and infinite numbers are the
/// strings "NaN",
/// "+Inf" and "-Inf". Prepared: a family's fields before its series; a series' labels and time of creation.
class JsonEncoder : public Encoder {
 public:
  void begin(std::string& out) const override { out += '['; }
  void append(std::string& out, const Family& family, const Prepared& prepared,
              const Points& points) const override;
  void end(std::string& out) const override { out += ']'; }

 protected:
  void prepare_head(const Family& family, Prepared& prepared) const override;
  void prepare_series(const Family& family, std::size_t series, Prepared& prepared) const override;
};

}  // namespace tacho::telemetry

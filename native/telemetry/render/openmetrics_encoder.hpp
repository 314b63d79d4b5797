#pragma once

#include "text_encoder.hpp"

namespace tacho::telemetry {

/// OpenMetrics 1.0. Prepared as in the text format, and the line that tells when a series was created.
class OpenMetricsEncoder : public TextEncoder {
 public:
  bool shows_exemplars() const override { return true; }
  void append(std::string& out, const Family& family, const Prepared& prepared,
              const Points& points) const override;
  void end(std::string& out) const override { out += "# EOF\n"; }

 protected:
  void prepare_head(const Family& family, Prepared& prepared) const override;
  void prepare_series(const Family& family, std::size_t series, Prepared& prepared) const override;
};

}  // namespace tacho::telemetry

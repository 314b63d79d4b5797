#pragma once

#include "encoder.hpp"

namespace tacho::telemetry {

/// Prometheus' io.prometheus.client.MetricFamily messages, each preceded by its length. Families without
/// series are left out. Prepared: a family's own fields; a series' labels, and its time of creation as a
/// field.
class ProtobufEncoder : public Encoder {
 public:
  void append(std::string& out, const Family& family, const Prepared& prepared,
              const Points& points) const override;

 protected:
  void prepare_head(const Family& family, Prepared& prepared) const override;
  void prepare_series(const Family& family, std::size_t series, Prepared& prepared) const override;
};

}  // namespace tacho::telemetry

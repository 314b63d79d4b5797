#include "encoder.hpp"

#include "json_encoder.hpp"
#include "openmetrics_encoder.hpp"
#include "protobuf_encoder.hpp"
#include "text_encoder.hpp"

namespace tacho::telemetry {

void Encoder::prepare(const Family& family, Prepared& prepared) const {
  if (prepared.head.empty()) prepare_head(family, prepared);
  for (auto series = prepared.series.size(); series < family.size(); ++series)
    prepare_series(family, series, prepared);
}

const Encoder& encoder_of(Format format) {
  static const TextEncoder text;
  static const OpenMetricsEncoder openmetrics;
  static const ProtobufEncoder protobuf;
  static const JsonEncoder json;
  switch (format) {
    case Format::openmetrics:
      return openmetrics;
    case Format::protobuf:
      return protobuf;
    case Format::json:
      return json;
    default:
      return text;
  }
}

}  // namespace tacho::telemetry

#pragma once

#include "encoder.hpp"

namespace tacho::telemetry {

/// Prometheus' text format 0.0.4. Prepared: a family's first lines; what precedes the number in a series'
/// line (a histogram's first), its labels in braces, and `le="1"} ` or `quantile="0.5"} `.
class TextEncoder : public Encoder {
 public:
  bool shows_exemplars() const override { return false; }
  void append(std::string& out, const Family& family, const Prepared& prepared,
              const Points& points) const override;

 protected:
  void prepare_head(const Family& family, Prepared& prepared) const override;
  void prepare_series(const Family& family, std::size_t series, Prepared& prepared) const override;

  /// `append` writes a bound.
  static void prepare_bounds(const Family& family, Prepared& prepared, void (*append)(std::string&, double));
  /// `name` is that of a scalar's sample, or a histogram's or summary's own.
  /// Returns the labels in braces.
  static std::string prepare_lines(const std::string& name, const Family& family, std::size_t series,
                                   Prepared& prepared);
};

/// Escapes backslash, line feed and, in quotes, the double quote.
void append_escaped(std::string& out, std::string_view text, bool quoted);

/// `a="x",b="y"`, as OpenMetrics has it too.
void append_labels(std::string& out, std::span<const Label> labels);

}  // namespace tacho::telemetry

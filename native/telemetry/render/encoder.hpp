#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "family.hpp"
#include "fragments.hpp"

namespace tacho::telemetry {

enum class Format { text, openmetrics, protobuf, json };
inline constexpr std::size_t kFormats = 4;

/// What a format writes of a family at every time; each encoder says what lies in it.
struct Prepared {
  std::string head;
  Fragments series;               ///< Of each series.
  Fragments labels;               ///< Of each series.
  Fragments created;              ///< Of each series.
  std::vector<Fragments> bounds;  ///< Of each of the family's buckets, or of its quantiles.
};

/// Writes families in one format. Has no state. Thread-safe.
class Encoder {
 public:
  virtual ~Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  virtual bool shows_exemplars() const { return true; }

  /// Prepares what is new: the head and bounds of a family that has neither yet, then each series beyond
  /// those prepared.
  void prepare(const Family& family, Prepared& prepared) const;

  virtual void begin(std::string&) const {}
  virtual void append(std::string& out, const Family& family, const Prepared& prepared,
                      const Points& points) const = 0;
  virtual void end(std::string&) const {}

 protected:
  Encoder() = default;

  virtual void prepare_head(const Family& family, Prepared& prepared) const = 0;
  virtual void prepare_series(const Family& family, std::size_t series, Prepared& prepared) const = 0;
};

const Encoder& encoder_of(Format format);

}  // namespace tacho::telemetry

#pragma once

#include <map>
#include <string>
#include <vector>

#include "session.hpp"

namespace tacho::telemetry::nvml {

/// Counts the XID errors of a GPU by their codes. Thread: the reading one.
class XidCounter {
 public:
  /// `labels`: the values of `gpu` and `uuid`.
  explicit XidCounter(std::vector<std::string> labels);

  /// Has the driver tell of them from now on, and shows that there were none of the familiar codes: a rate
  /// does not see a counter's first value.
  void expect(Session& session, Device device);
  void count(Recorder& recorder, unsigned long long code, double times);

 private:
  const std::vector<std::string> labels_;
  std::map<unsigned long long, Series> by_code_;
};

}  // namespace tacho::telemetry::nvml

#pragma once

#include <string>
#include <vector>

#include "accumulator.hpp"
#include "readings.hpp"
#include "returns.hpp"
#include "schedule.hpp"

namespace tacho::telemetry::nvml {

/// The readings of one GPU: what is due is asked, and what was answered recorded. Thread: the reading one.
class GpuReadings {
 public:
  /// `labels`: the values of `gpu` and `uuid`.
  explicit GpuReadings(const std::vector<std::string>& labels);

  /// The worst that was answered. A GPU none of whose sources answers is lost, whatever they say.
  Verdict read(Session& session, Device device, Instant now);

  /// Takes the gauges away.
  void hide(Recorder& recorder);
  /// Asks everything again, as NVML was initialised anew.
  void renew();

 private:
  struct Shown {
    const Reading* reading;
    Series series;
    Accumulator total;
  };

  /// Readings that come together: of one call, or of one field.
  struct Asked {
    Source source;
    unsigned field;
    unsigned scope;
    Pace pace;
    Schedule schedule;
    Verdict last = Verdict::unsupported;
    std::vector<Shown> shown{};
  };

  struct Lapse {
    Instant end;
    Seconds took;
  };

  Asked& asked_for(const Reading& reading);
  void read_call(Session& session, Device device, Asked& asked);
  void read_fields(Session& session, Device device, Instant now);
  void take_field(Session& session, Asked& asked, const FieldValue& value, Lapse lapse);
  /// NVML tells how long each field of a call took: the cheap ones need not suffer for the dear.
  bool is_to_blame(const FieldValue& value, Seconds took) const;
  void note(Session& session, Asked& asked, Return result, Lapse lapse);
  bool is_mute() const;

  std::vector<Asked> asked_;
  std::vector<Asked*> due_;
  std::vector<FieldValue> fields_;
};

}  // namespace tacho::telemetry::nvml

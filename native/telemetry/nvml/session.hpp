#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "clock.hpp"
#include "library.hpp"
#include "nvml_abi.hpp"
#include "recorder.hpp"

namespace tacho::telemetry::nvml {

/// Why there is no session. Absent hardware is no failure.
struct Absence {
  bool is_failure = false;
  std::string reason;
};

/// NVML loaded and initialised; the destructor does the reverse. Each call is timed and counted. Thread: the
/// reading one.
class Session {
 public:
  /// Null with the reason in `absence`.
  static std::unique_ptr<Session> open(const std::string& library, Recorder& recorder, const Clock& clock,
                                       Absence& absence);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// `function_not_found` where the library lacks it; `closing` once the recorder is closed, so that what is
  /// under way ends after the call it is in.
  template <typename... Parameters>
  Return call(const Function<Parameters...>& function, std::type_identity_t<Parameters>... arguments) {
    if (recorder_.is_closed()) return Return::closing;
    return invoke(function, arguments...);
  }

  /// What the function says of the device, printable; empty where it says nothing.
  std::string text(const Function<Device, Text, unsigned>& function, Device device);

  /// The last call that tells of a lost GPU or driver, with its result; empty while none did.
  std::string loss() const;

  /// Time spent in calls so far.
  Seconds spent() const { return spent_; }
  Instant now() const { return clock_(); }
  Recorder& recorder() const { return recorder_; }

  const std::string& driver_version() const { return driver_version_; }
  /// Empty where the driver does not tell.
  const std::string& cuda_version() const { return cuda_version_; }

  /// For the XID events of all GPUs; null where there are none.
  EventSet events() const { return events_; }

  /// Room for a sample of a GPU's parts, as long as the session lasts; null where there is none.
  GpmSample allocate_sample();

 private:
  /// What is known of a function: its address and its series.
  struct Callee {
    void* address;
    Series duration;
    std::unordered_map<Return, Series> calls;
  };

  Session(std::unique_ptr<Library> library, Recorder& recorder, const Clock& clock);

  template <typename... Parameters>
  Return invoke(const Function<Parameters...>& function, std::type_identity_t<Parameters>... arguments) {
    Callee& callee = find(function.name, function.earlier_name);
    if (callee.address == nullptr) return Return::function_not_found;
    const auto begin = clock_();
    const auto result = reinterpret_cast<Return (*)(Parameters...)>(callee.address)(arguments...);
    note(callee, function.name, result, clock_() - begin);
    return result;
  }

  Callee& find(const char* name, const char* earlier_name);
  void note(Callee& callee, const char* name, Return result, Seconds took);
  void read_versions();

  const std::unique_ptr<Library> library_;
  Recorder& recorder_;
  const Clock& clock_;
  std::unordered_map<std::string_view, Callee> callees_;
  Series time_{Metric::nvml_time, {}};
  Seconds spent_{0};
  const char* lost_call_ = nullptr;
  Return lost_result_ = Return::success;
  bool initialised_ = false;
  EventSet events_ = nullptr;
  std::vector<GpmSample> samples_;
  std::string driver_version_;
  std::string cuda_version_;
};

}  // namespace tacho::telemetry::nvml

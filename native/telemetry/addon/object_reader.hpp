#pragma once

#include <napi.h>

#include <functional>
#include <optional>
#include <string>

namespace tacho::telemetry {

/// Reads the fields of an object that came from JavaScript. Throws a SegmentError of the code given, which
/// names the field, for one that has another type.
class ObjectReader {
 public:
  /// `what` is told in errors, e.g. "view x".
  ObjectReader(const Napi::Value& value, const char* code, std::string what);

  /// Reads an object that lies in a field of this one.
  ObjectReader within(const std::string& field, const Napi::Value& value) const {
    return {value, code_, field + " of " + what_};
  }
  void rename(std::string what) { what_ = std::move(what); }

  bool has(const char* field) const { return !object_.Get(field).IsUndefined(); }
  Napi::Value value(const char* field) const { return object_.Get(field); }
  std::string text(const char* field) const;
  std::string text_or_empty(const char* field) const { return has(field) ? text(field) : ""; }
  double number(const char* field) const;
  double number_or(const char* field, double otherwise) const {
    return has(field) ? number(field) : otherwise;
  }
  void for_each_element(const char* field, const std::function<void(const Napi::Value&)>& use) const;
  /// The field's own properties, in their order.
  void for_each_property(const char* field,
                         const std::function<void(std::string name, const Napi::Value&)>& use) const;

  [[noreturn]] void refuse(const std::string& field, const std::string& expected,
                           const Napi::Value& received) const;

 private:
  Napi::Object object_;
  const char* code_;
  std::string what_;
};

}  // namespace tacho::telemetry

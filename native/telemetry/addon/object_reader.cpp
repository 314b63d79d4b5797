#include "object_reader.hpp"

#include <utility>

#include "../segment_error.hpp"

namespace tacho::telemetry {
namespace {

std::string shown(const Napi::Value& value) {
  if (value.IsString()) return '"' + value.As<Napi::String>().Utf8Value() + '"';
  if (value.IsObject() || value.IsSymbol()) return value.IsArray() ? "an array" : "an object";
  return value.ToString();
}

}  // namespace

ObjectReader::ObjectReader(const Napi::Value& value, const char* code, std::string what)
    : code_(code), what_(std::move(what)) {
  if (!value.IsObject())
    throw SegmentError(code_, "Expected an object for " + what_ + " but received " + shown(value) + ".");
  object_ = value.As<Napi::Object>();
}

void ObjectReader::refuse(const std::string& field, const std::string& expected,
                          const Napi::Value& received) const {
  throw SegmentError(code_, "Expected " + expected + " for " + field + " of " + what_ + " but received " +
                                shown(received) + ".");
}

std::string ObjectReader::text(const char* field) const {
  const auto found = object_.Get(field);
  if (!found.IsString()) refuse(field, "a string", found);
  return found.As<Napi::String>();
}

double ObjectReader::number(const char* field) const {
  const auto found = object_.Get(field);
  if (!found.IsNumber()) refuse(field, "a number", found);
  return found.As<Napi::Number>().DoubleValue();
}

void ObjectReader::for_each_element(const char* field,
                                    const std::function<void(const Napi::Value&)>& use) const {
  const auto found = object_.Get(field);
  if (!found.IsArray()) refuse(field, "an array", found);
  const auto array = found.As<Napi::Array>();
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::HandleScope scope(array.Env());
    use(array.Get(i));
  }
}

void ObjectReader::for_each_property(
    const char* field, const std::function<void(std::string name, const Napi::Value&)>& use) const {
  const auto found = object_.Get(field);
  if (!found.IsObject()) refuse(field, "an object", found);
  const auto object = found.As<Napi::Object>();
  const auto names = object.GetPropertyNames();
  for (std::uint32_t i = 0; i < names.Length(); ++i) {
    const Napi::HandleScope scope(object.Env());
    const Napi::Value name = names.Get(i);
    use(name.As<Napi::String>(), object.Get(name));
  }
}

}  // namespace tacho::telemetry

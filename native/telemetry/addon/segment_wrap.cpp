#include "segment_wrap.hpp"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "environment.hpp"
#include "follower_object.hpp"
#include "foreign_families.hpp"
#include "gpu_observer.hpp"
#include "render_worker.hpp"
#include "shard_wrap.hpp"

namespace tacho::telemetry {
namespace {

const std::unordered_map<std::string, MetricType> kTypes = {
    {"counter", MetricType::counter},     {"gauge", MetricType::gauge},
    {"histogram", MetricType::histogram}, {"nativeHistogram", MetricType::native_histogram},
    {"info", MetricType::info},           {"stateset", MetricType::stateset},
};

const std::unordered_map<std::string, GaugeMode> kGaugeModes = {
    {"sum", GaugeMode::sum},
    {"last", GaugeMode::last},
    {"high-water", GaugeMode::high_water},
};

std::string text_of(const Napi::Object& object, const char* field) {
  return object.Get(field).As<Napi::String>();
}

std::vector<std::string> texts_of(const Napi::Object& object, const char* field) {
  const auto from = object.Get(field).As<Napi::Array>();
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < from.Length(); ++i) texts.push_back(from.Get(i).As<Napi::String>());
  return texts;
}

std::vector<std::uint32_t> ranks_of(const Napi::Object& object, const char* field) {
  const auto from = object.Get(field).As<Napi::Array>();
  std::vector<std::uint32_t> ranks;
  for (std::uint32_t i = 0; i < from.Length(); ++i)
    ranks.push_back(from.Get(i).As<Napi::Number>().Uint32Value());
  return ranks;
}

std::vector<double> numbers_of(const Napi::Object& object, const char* field) {
  const auto from = object.Get(field).As<Napi::Array>();
  std::vector<double> numbers;
  for (std::uint32_t i = 0; i < from.Length(); ++i)
    numbers.push_back(from.Get(i).As<Napi::Number>().DoubleValue());
  return numbers;
}

MetricSpec spec_of(const Napi::Object& from) {
  return {.type = kTypes.at(text_of(from, "type")),
          .name = text_of(from, "name"),
          .help = text_of(from, "help"),
          .labels = texts_of(from, "labels"),
          .bounds = numbers_of(from, "bounds"),
          .max_series = from.Get("maxSeries").As<Napi::Number>().Uint32Value(),
          .unit = text_of(from, "unit"),
          .states = texts_of(from, "states"),
          .gauge_mode = kGaugeModes.at(text_of(from, "gaugeMode")),
          .schema = from.Get("schema").As<Napi::Number>().Int32Value(),
          .exemplar_slots = from.Get("exemplarSlots").As<Napi::Number>().Uint32Value(),
          .shown = ranks_of(from, "shown")};
}

const std::unordered_map<std::string, Format> kFormatNames = {
    {"text", Format::text},
    {"openmetrics", Format::openmetrics},
    {"protobuf", Format::protobuf},
    {"json", Format::json},
};

Format format_of(const Napi::Value& value) {
  const std::string name = value.ToString();
  const auto found = kFormatNames.find(name);
  if (found == kFormatNames.end())
    throw Napi::TypeError::New(
        value.Env(),
        "Expected text, openmetrics, protobuf or json for the format but " + ("received " + name) + ".");
  return found->second;
}

}  // namespace

Napi::Function SegmentWrap::define_class(Napi::Env env) {
  return DefineClass(
      env, "NativeSegment",
      {InstanceAccessor<&SegmentWrap::path>("path"), InstanceMethod<&SegmentWrap::define>("define"),
       InstanceMethod<&SegmentWrap::claim>("claim"), InstanceMethod<&SegmentWrap::render>("render"),
       InstanceMethod<&SegmentWrap::observe_gpu>("observeGpu"),
       InstanceMethod<&SegmentWrap::follow>("follow"), InstanceMethod<&SegmentWrap::unlink>("unlink"),
       InstanceMethod<&SegmentWrap::close>("close")});
}

SegmentWrap::SegmentWrap(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  segment_ = *info[0].As<Napi::External<std::shared_ptr<Segment>>>().Data();
  renderer_ = std::make_shared<Renderer>(segment_);
  removes_ = info[1].As<Napi::Boolean>();
  if (removes_) Environment::of(info.Env()).created.insert(segment_);
}

Segment& SegmentWrap::open() const {
  if (!segment_) throw SegmentError("closed", "Expected an open telemetry segment but it is closed.");
  return *segment_;
}

Napi::Value SegmentWrap::path(const Napi::CallbackInfo& info) {
  if (!segment_ || !segment_->path()) return info.Env().Null();
  return Napi::String::New(info.Env(), *segment_->path());
}

Napi::Value SegmentWrap::define(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto place = open().define(spec_of(info[0].As<Napi::Object>()));
    auto result = Napi::Object::New(info.Env());
    result.Set("id", place.number);
    result.Set("overflowCell", place.overflow_cell);
    return result;
  });
}

Napi::Value SegmentWrap::claim(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    ShardWrap::Claim claim{segment_, open().claim()};
    const auto handed = Napi::External<ShardWrap::Claim>::New(info.Env(), &claim);
    return Environment::of(info.Env()).shard_class.New({handed});
  });
}

Napi::Value SegmentWrap::render(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    open();
    RenderJob job{.renderer = renderer_, .format = format_of(info[0])};
    if (!info[1].IsNull()) job.shown = views_.find(info[1].As<Napi::Array>(), info[2].ToBoolean());
    job.foreign = foreign_families(info[3]);
    return telemetry::render(info.Env(), std::move(job));
  });
}

Napi::Value SegmentWrap::observe_gpu(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    open();
    return make_gpu_observer(info.Env(), segment_, info);
  });
}

Napi::Value SegmentWrap::follow(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    open();
    return make_follower(info.Env(), renderer_, info[0]);
  });
}

void SegmentWrap::unlink(const Napi::CallbackInfo&) {
  if (segment_) segment_->unlink();
}

void SegmentWrap::close(const Napi::CallbackInfo& info) {
  if (!segment_) return;
  if (removes_) segment_->unlink();
  Environment::of(info.Env()).created.erase(segment_);
  renderer_.reset();
  segment_.reset();
}

}  // namespace tacho::telemetry

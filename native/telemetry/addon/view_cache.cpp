#include "view_cache.hpp"

#include <string>
#include <utility>
#include <vector>

#include "../render/view.hpp"
#include "../segment_error.hpp"
#include "family_types.hpp"
#include "object_reader.hpp"

namespace tacho::telemetry {
namespace {

constexpr const char* kCode = "invalid_view";
/// One a dialect, and some to spare; a caller that makes a new array each time must not fill the memory.
constexpr std::size_t kMostKept = 16;

Take take_of(const ObjectReader& source) {
  if (!source.has("take")) return Take::value;
  const auto take = source.text("take");
  if (take == "sum") return Take::sum;
  if (take == "count") return Take::count;
  if (take != "value") source.refuse("take", "\"value\", \"sum\" or \"count\"", source.value("take"));
  return Take::value;
}

ViewCondition condition_of(const ObjectReader& source, std::string label, const Napi::Value& value) {
  ViewCondition condition{std::move(label), {}};
  const auto add = [&](const Napi::Value& one) {
    if (!one.IsString()) source.refuse("where." + condition.label, "a string or strings", one);
    condition.values.push_back(one.As<Napi::String>());
  };
  if (!value.IsArray()) {
    add(value);
    return condition;
  }
  const auto array = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < array.Length(); ++i) add(array.Get(i));
  return condition;
}

ViewLabel label_of(const ObjectReader& source, std::string name, const Napi::Value& value) {
  const auto label = source.within("labels." + name, value);
  if (label.has("from")) return {std::move(name), label.text("from"), {}};
  return {std::move(name), {}, label.text("value")};
}

ViewSource source_of(const ObjectReader& source) {
  ViewSource result{
      .metric = source.text("metric"), .take = take_of(source), .scale = source.number_or("scale", 1)};
  if (source.has("where"))
    source.for_each_property("where", [&](std::string label, const Napi::Value& value) {
      result.where.push_back(condition_of(source, std::move(label), value));
    });
  if (!source.has("labels")) return result;
  auto& labels = result.labels.emplace();
  source.for_each_property("labels", [&](std::string name, const Napi::Value& value) {
    labels.push_back(label_of(source, std::move(name), value));
  });
  return result;
}

FamilyType type_of(const ObjectReader& view) {
  const auto type = family_type_of(view.text("type"));
  if (!type || *type == FamilyType::stateset || *type == FamilyType::summary)
    view.refuse("type", "counter, gauge, histogram, info or unknown", view.value("type"));
  return *type;
}

ViewSpec view_of(const Napi::Value& value) {
  ObjectReader view(value, kCode, "a view");
  ViewSpec result{.name = view.text("name")};
  view.rename("view " + result.name);
  result.type = type_of(view);
  result.help = view.text("help");
  result.unit = view.text_or_empty("unit");
  const auto add_source = [&](const Napi::Value& source) {
    result.from.push_back(source_of(view.within("from", source)));
  };
  if (view.value("from").IsArray())
    view.for_each_element("from", add_source);
  else
    add_source(view.value("from"));
  if (!view.has("bounds")) return result;
  auto& bounds = result.bounds.emplace();
  view.for_each_element("bounds", [&](const Napi::Value& bound) {
    if (!bound.IsNumber()) view.refuse("bounds", "numbers", bound);
    bounds.push_back(bound.As<Napi::Number>());
  });
  return result;
}

std::vector<ViewSpec> views_of(const Napi::Value& value) {
  if (!value.IsArray()) throw SegmentError(kCode, "Expected an array for the views.");
  const auto array = value.As<Napi::Array>();
  std::vector<ViewSpec> views;
  for (std::uint32_t i = 0; i < array.Length(); ++i) views.push_back(view_of(array.Get(i)));
  return views;
}

}  // namespace

std::shared_ptr<FamilySet> ViewCache::compiled(const Napi::Value& views) {
  entries_.remove_if([](const Entry& entry) { return entry.array.Value().IsEmpty(); });
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (!entry->array.Value().StrictEquals(views)) continue;
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->families;
  }
  auto families = std::make_shared<FamilySet>(views_of(views));
  entries_.push_front({Napi::Weak(views.As<Napi::Object>()), std::move(families)});
  if (entries_.size() > kMostKept) entries_.pop_back();
  return entries_.front().families;
}

}  // namespace tacho::telemetry

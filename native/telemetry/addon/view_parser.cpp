#include "view_parser.hpp"

#include <string>
#include <utility>

#include "../segment_error.hpp"
#include "family_types.hpp"
#include "object_reader.hpp"

namespace tacho::telemetry {
namespace {

constexpr const char* kCode = "invalid_view";

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
  if (source.has("atMost")) result.at_most = source.number("atMost");
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

/// One or an array of them.
ViewFactor factor_of(const ObjectReader& owner, const char* field, const Napi::Value& value) {
  ViewFactor factor;
  const auto add = [&](const Napi::Value& source) {
    factor.push_back(source_of(owner.within(field, source)));
  };
  if (!value.IsArray()) {
    add(value);
    return factor;
  }
  const auto array = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < array.Length(); ++i) add(array.Get(i));
  if (factor.empty()) owner.refuse(field, "at least one source", value);
  return factor;
}

ViewProduct product_of(const ObjectReader& derive) {
  ViewProduct product{.scale = derive.number_or("scale", 1)};
  derive.for_each_element("times", [&](const Napi::Value& factor) {
    product.times.push_back(factor_of(derive, "times", factor));
  });
  if (derive.has("per"))
    derive.for_each_element(
        "per", [&](const Napi::Value& factor) { product.per.push_back(factor_of(derive, "per", factor)); });
  product.per_second = derive.has("perSecond") && derive.value("perSecond").ToBoolean();
  return product;
}

void read_derived(const ObjectReader& value, DerivedViewSpec& view) {
  view.over = value.number("over");
  const auto derive = value.within("derive", value.value("derive"));
  if (derive.has("quantile"))
    view.derive = ViewQuantile{derive.number("quantile"), factor_of(derive, "of", derive.value("of"))};
  else
    view.derive = product_of(derive);
}

DerivedViewSpec derived_of(const ObjectReader& view) {
  if (view.text("type") != "gauge") view.refuse("type", "gauge", view.value("type"));
  DerivedViewSpec result{
      .name = view.text("name"), .help = view.text("help"), .unit = view.text_or_empty("unit")};
  read_derived(view, result);
  if (!view.has("more")) return result;
  view.for_each_element("more", [&](const Napi::Value& value) {
    read_derived(view.within("more", value), result.more.emplace_back(DerivedViewSpec{.name = result.name}));
  });
  return result;
}

ViewSpec plain_of(const ObjectReader& view) {
  ViewSpec result{.name = view.text("name"), .type = type_of(view)};
  result.help = view.text("help");
  result.unit = view.text_or_empty("unit");
  result.from = factor_of(view, "from", view.value("from"));
  if (!view.has("bounds")) return result;
  auto& bounds = result.bounds.emplace();
  view.for_each_element("bounds", [&](const Napi::Value& bound) {
    if (!bound.IsNumber()) view.refuse("bounds", "numbers", bound);
    bounds.push_back(bound.As<Napi::Number>());
  });
  return result;
}

AnyViewSpec view_of(const Napi::Value& value) {
  ObjectReader view(value, kCode, "a view");
  view.rename("view " + view.text("name"));
  if (view.has("derive")) return derived_of(view);
  return plain_of(view);
}

}  // namespace

std::vector<AnyViewSpec> views_of(const Napi::Value& value) {
  if (!value.IsArray()) throw SegmentError(kCode, "Expected an array for the views.");
  const auto array = value.As<Napi::Array>();
  std::vector<AnyViewSpec> views;
  for (std::uint32_t i = 0; i < array.Length(); ++i) views.push_back(view_of(array.Get(i)));
  return views;
}

}  // namespace tacho::telemetry

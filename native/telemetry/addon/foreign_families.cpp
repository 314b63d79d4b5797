#include "foreign_families.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "../segment_error.hpp"
#include "family_types.hpp"
#include "object_reader.hpp"

namespace tacho::telemetry {
namespace {

constexpr const char* kCode = "invalid_source";

ForeignLabels labels_of(const ObjectReader& series) {
  ForeignLabels labels;
  // Sources that are no TypeScript may well label with numbers.
  series.for_each_property("labels", [&](std::string name, const Napi::Value& value) {
    labels.emplace_back(std::move(name), value.ToString().Utf8Value());
  });
  return labels;
}

void add_exemplar(ForeignFamily& family, const ObjectReader& exemplar) {
  const auto made = make_exemplar(exemplar.text("traceId"), exemplar.text("spanId"), exemplar.number("value"),
                                  exemplar.number("timestamp"));
  if (made) family.add_exemplar(*made);
}

std::vector<double> numbers_of(const ObjectReader& object, const char* field) {
  std::vector<double> numbers;
  object.for_each_element(field, [&](const Napi::Value& number) {
    if (!number.IsNumber()) object.refuse(field, "numbers", number);
    numbers.push_back(number.As<Napi::Number>());
  });
  return numbers;
}

ForeignNative native_of(const ObjectReader& native) {
  return {native.value("schema").ToNumber().Int32Value(), native.number("zeroThreshold"),
          native.number("zeroCount"), native.value("offset").ToNumber().Int32Value(),
          numbers_of(native, "counts")};
}

ForeignHistogram histogram_of(const ObjectReader& series) {
  ForeignHistogram histogram{series.number("count"), series.number("sum"), {}, {}};
  series.for_each_element("buckets", [&](const Napi::Value& value) {
    const auto bucket = series.within("buckets", value);
    histogram.buckets.emplace_back(bucket.number("le"), bucket.number("count"));
  });
  if (series.has("native")) histogram.native = native_of(series.within("native", series.value("native")));
  return histogram;
}

void add_histogram(ForeignFamily& family, const ObjectReader& series) {
  if (!family.add_histogram(labels_of(series), series.number_or("created", 0), histogram_of(series))) return;
  if (!series.has("exemplars")) return;
  series.for_each_element("exemplars", [&](const Napi::Value& exemplar) {
    add_exemplar(family, series.within("exemplars", exemplar));
  });
}

void add_scalar(ForeignFamily& family, const ObjectReader& series) {
  const auto value = series.number("value");
  if (!family.add_scalar(labels_of(series), series.number_or("created", 0), value)) return;
  if (series.has("exemplar")) add_exemplar(family, series.within("exemplar", series.value("exemplar")));
}

template <typename F>
void for_each_series(const ObjectReader& family, F&& use) {
  family.for_each_element("series", [&](const Napi::Value& series) { use(family.within("series", series)); });
}

using Named = std::vector<std::pair<std::string, double>>;

Named states_of(const ObjectReader& series) {
  Named states;
  series.for_each_property("states", [&](std::string state, const Napi::Value& is_on) {
    states.emplace_back(std::move(state), is_on.ToBoolean() ? 1 : 0);
  });
  return states;
}

std::vector<std::pair<double, double>> quantiles_of(const ObjectReader& series) {
  std::vector<std::pair<double, double>> quantiles;
  series.for_each_element("quantiles", [&](const Napi::Value& value) {
    const auto quantile = series.within("quantiles", value);
    const auto rank = quantile.number("quantile");
    if (rank >= 0 && rank <= 1) quantiles.emplace_back(rank, quantile.number("value"));
  });
  return quantiles;
}

/// Series may name different ones, where the formats want the same of each: all of them, each in its first
/// place.
template <typename Key>
std::vector<Key> keys_of(const std::vector<std::vector<std::pair<Key, double>>>& all) {
  std::vector<Key> keys;
  for (const auto& pairs : all)
    for (const auto& [key, value] : pairs)
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  return keys;
}

template <typename Key>
std::vector<double> values_of(const std::vector<Key>& keys, const std::vector<std::pair<Key, double>>& pairs,
                              double absent) {
  std::vector<double> values;
  for (const auto& key : keys) {
    const auto found = std::ranges::find(pairs, key, &std::pair<Key, double>::first);
    values.push_back(found == pairs.end() ? absent : found->second);
  }
  return values;
}

void add_state_sets(ForeignFamily& family, const ObjectReader& from) {
  std::vector<Named> states;
  for_each_series(from, [&](const ObjectReader& series) { states.push_back(states_of(series)); });
  const auto names = keys_of(states);
  family.set_states(names);
  auto own = states.begin();
  for_each_series(from, [&](const ObjectReader& series) {
    family.add_states(labels_of(series), values_of(names, *own++, 0));
  });
}

void add_summaries(ForeignFamily& family, const ObjectReader& from) {
  std::vector<std::vector<std::pair<double, double>>> quantiles;
  for_each_series(from, [&](const ObjectReader& series) { quantiles.push_back(quantiles_of(series)); });
  const auto shown = keys_of(quantiles);
  family.set_quantiles(shown);
  auto own = quantiles.begin();
  for_each_series(from, [&](const ObjectReader& series) {
    auto values = values_of(shown, *own++, NAN);
    values.push_back(series.number("sum"));
    values.push_back(series.number("count"));
    family.add_summary(labels_of(series), series.number_or("created", 0), values);
  });
}

FamilyType type_of(const ObjectReader& family) {
  const auto type = family_type_of(family.text("type"));
  if (!type) family.refuse("type", "the type of a family", family.value("type"));
  return *type;
}

ForeignFamily family_of(const Napi::Value& value) {
  ObjectReader from(value, kCode, "a family of a metric source");
  const auto name = from.text("name");
  from.rename("family " + name + " of a metric source");
  const auto type = type_of(from);
  ForeignFamily family(type, name, from.text_or_empty("help"), from.text_or_empty("unit"));
  if (type == FamilyType::stateset) {
    add_state_sets(family, from);
  } else if (type == FamilyType::summary) {
    add_summaries(family, from);
  } else {
    const auto add = type == FamilyType::histogram ? add_histogram : add_scalar;
    for_each_series(from, [&](const ObjectReader& series) { add(family, series); });
  }
  return family;
}

}  // namespace

std::vector<ForeignFamily> foreign_families(const Napi::Value& families) {
  if (!families.IsArray()) throw SegmentError(kCode, "Expected an array for the families of metric sources.");
  const auto array = families.As<Napi::Array>();
  std::vector<ForeignFamily> result;
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::HandleScope scope(array.Env());
    try {
      result.push_back(family_of(array.Get(i)));
    } catch (const Napi::Error& error) {
      // Thrown by a getter, say: to be told from what fails for no fault of the source.
      throw SegmentError(kCode, error.Message());
    }
  }
  return result;
}

}  // namespace tacho::telemetry

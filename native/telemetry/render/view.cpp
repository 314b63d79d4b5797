#include "view.hpp"

#include <algorithm>
#include <cmath>

#include "../segment_error.hpp"
#include "names.hpp"
#include "number_format.hpp"

namespace tacho::telemetry {
namespace {

std::string shown(double number) {
  std::string text;
  append_number(text, number);
  return text;
}

void check_labels(const ViewSpec& view, const std::vector<ViewLabel>& labels) {
  for (auto label = labels.begin(); label != labels.end(); ++label) {
    if (!is_label_name(label->name)) refuse_view(view.name, "labels", "Prometheus label names", label->name);
    if (view.type == FamilyType::histogram && label->name == "le")
      refuse_view(view.name, "labels", "no label le, which its own lines use", label->name);
    if (std::find_if(labels.begin(), label, [&](const auto& other) { return other.name == label->name; }) !=
        label)
      refuse_view(view.name, "labels", "distinct names", label->name);
  }
}

void check_source(const ViewSpec& view, const ViewSource& source) {
  const bool counts = view.type == FamilyType::histogram;
  if (!std::isfinite(source.scale) || (counts && source.scale <= 0))
    refuse_view(view.name, "scale", counts ? "a positive number" : "a finite number", shown(source.scale));
  if (counts && source.take != Take::value)
    refuse_view(view.name, "take", "\"value\" (a histogram shows all of it)",
                source.take == Take::sum ? "\"sum\"" : "\"count\"");
  if (source.at_most && source.take != Take::count)
    refuse_view(view.name, "atMost", "none where not events are counted", shown(*source.at_most));
  if (source.labels) check_labels(view, *source.labels);
}

void check_bounds(const ViewSpec& view) {
  const auto& bounds = *view.bounds;
  if (view.type != FamilyType::histogram) refuse_view(view.name, "bounds", "none on another type", "some");
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (!std::isfinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
      refuse_view(view.name, "bounds", "finite, strictly increasing numbers", shown(bounds[i]));
}

void check(const DerivedViewSpec& view, const ViewProduct& product) {
  if (product.times.empty()) refuse_view(view.name, "times", "at least one factor", "none");
  if (!std::isfinite(product.scale)) refuse_view(view.name, "scale", "a finite number", shown(product.scale));
  if (product.per_second && view.over == 0) refuse_view(view.name, "over", "a window to divide by", "0");
}

void check(const DerivedViewSpec& view, const ViewQuantile& quantile) {
  if (!(quantile.quantile >= 0 && quantile.quantile <= 1))
    refuse_view(view.name, "quantile", "a number from 0 to 1", shown(quantile.quantile));
}

}  // namespace

void check_view(const ViewSpec& view) {
  if (!is_metric_name(view.name)) refuse_view(view.name, "name", "a Prometheus metric name", view.name);
  if (view.from.empty()) refuse_view(view.name, "from", "at least one source", "none");
  for (const auto& source : view.from) check_source(view, source);
  if (view.bounds) check_bounds(view);
}

void check_view(const DerivedViewSpec& view) {
  if (!is_metric_name(view.name)) refuse_view(view.name, "name", "a Prometheus metric name", view.name);
  if (!(view.over >= 0 && view.over <= kLongestWindow))
    refuse_view(view.name, "over", "0 to 3600 seconds", shown(view.over));
  std::visit([&](const auto& derive) { check(view, derive); }, view.derive);
}

const std::string& name_of(const AnyViewSpec& view) {
  return std::visit([](const auto& any) -> const std::string& { return any.name; }, view);
}

void refuse_view(const std::string& view, const std::string& field, const std::string& expected,
                 const std::string& received) {
  throw SegmentError("invalid_view", "Expected " + expected + " for " + field + " of view " + view +
                                         " but received " + received + ".");
}

}  // namespace tacho::telemetry

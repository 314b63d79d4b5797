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
    if (!is_label_name(label->name)) refuse_view(view, "labels", "Prometheus label names", label->name);
    if (view.type == FamilyType::histogram && label->name == "le")
      refuse_view(view, "labels", "no label le, which its own lines use", label->name);
    if (std::find_if(labels.begin(), label, [&](const auto& other) { return other.name == label->name; }) !=
        label)
      refuse_view(view, "labels", "distinct names", label->name);
  }
}

void check_source(const ViewSpec& view, const ViewSource& source) {
  if (!(source.scale > 0) || !std::isfinite(source.scale))
    refuse_view(view, "scale", "a positive number", shown(source.scale));
  if (view.type == FamilyType::histogram && source.take != Take::value)
    refuse_view(view, "take", "\"value\" (a histogram shows all of it)",
                source.take == Take::sum ? "\"sum\"" : "\"count\"");
  if (source.labels) check_labels(view, *source.labels);
}

void check_bounds(const ViewSpec& view) {
  const auto& bounds = *view.bounds;
  if (view.type != FamilyType::histogram) refuse_view(view, "bounds", "none on another type", "some");
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (!std::isfinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
      refuse_view(view, "bounds", "finite, strictly increasing numbers", shown(bounds[i]));
}

}  // namespace

void check_view(const ViewSpec& view) {
  if (!is_metric_name(view.name)) refuse_view(view, "name", "a Prometheus metric name", view.name);
  if (view.from.empty()) refuse_view(view, "from", "at least one source", "none");
  for (const auto& source : view.from) check_source(view, source);
  if (view.bounds) check_bounds(view);
}

void refuse_view(const ViewSpec& view, const std::string& field, const std::string& expected,
                 const std::string& received) {
  throw SegmentError("invalid_view", "Expected " + expected + " for " + field + " of view " + view.name +
                                         " but received " + received + ".");
}

}  // namespace tacho::telemetry

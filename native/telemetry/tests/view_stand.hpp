#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fixture.hpp"

namespace tacho::telemetry::tests {

/// A segment with something in it, and its renderer.
struct Stand {
  std::shared_ptr<Segment> segment = Segment::create(std::nullopt, {4, 2048, 1 << 16});
  std::unique_ptr<Shard> shard = segment->claim();
  Renderer renderer{segment};

  double* cell(const MetricSpec& spec, const std::vector<std::string>& values) {
    return &shard->cells()[resolve(*shard, segment->define(spec), values)];
  }

  std::string show(const AnyViewSpec& view, Format format = Format::text) {
    FamilySet views({view});
    return renderer.render(format, &views);
  }

  /// Without the first two lines.
  std::string lines(const AnyViewSpec& view) {
    const auto text = show(view);
    return text.substr(text.find('\n', text.find("# TYPE")) + 1);
  }

  std::string refusal(const AnyViewSpec& view) {
    try {
      show(view);
    } catch (const SegmentError& error) {
      CHECK_EQUAL(std::string(error.code), "invalid_view");
      return error.what();
    }
    return "none";
  }
};

inline ViewSpec view_of(FamilyType type, ViewSource source) {
  return {.name = "v", .type = type, .help = "View.", .from = {std::move(source)}};
}

inline ViewLabel from(const char* name, const char* label) { return {name, label, {}}; }
inline ViewLabel constant(const char* name, const char* value) { return {name, {}, value}; }

}  // namespace tacho::telemetry::tests

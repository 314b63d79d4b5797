#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "../render/encoder.hpp"
#include "../render/names.hpp"

namespace tacho::telemetry::tests {

inline constexpr double kCreated = 1700000000.5;
inline const Exemplar kExemplar{
    0.75, 1700000001.25, {0x0706050403020100, 0x0f0e0d0c0b0a0908}, 0x1716151413121110};
inline constexpr const char* kTraceId = "000102030405060708090a0b0c0d0e0f";
inline constexpr const char* kSpanId = "1011121314151617";

inline Family family_of(FamilyType type, std::string name, std::string help = "Help.",
                        std::string unit = "") {
  Family family;
  family.type = type;
  family.name = std::move(name);
  family.help = std::move(help);
  family.unit = std::move(unit);
  return family;
}

/// One family in a format, as if it were all there is.
inline std::string encode(Format format, Family family, const Points& points) {
  Names names;
  names.take(family);
  names.name_for_openmetrics(family);
  const auto& encoder = encoder_of(format);
  Prepared prepared;
  encoder.prepare(family, prepared);
  std::string out;
  encoder.begin(out);
  encoder.append(out, family, prepared, points);
  encoder.end(out);
  return out;
}

inline const std::vector<Label> kModel = {{"model", "a\"\\\n"}};

inline std::pair<Family, Points> counter() {
  auto family = family_of(FamilyType::counter, "tokens_total", "Say \"tokens\\\".", "tokens");
  family.add(kModel, kCreated);
  family.add({}, 0);
  return {family, {{3, 4}, {1, 1}, {{0, 0, kExemplar}}}};
}

inline std::pair<Family, Points> histogram() {
  auto family = family_of(FamilyType::histogram, "wait_seconds", "Wait.", "seconds");
  family.buckets.push_back(classic_buckets({0.5, 1, 2.5}));
  family.add(kModel, kCreated);
  return {family, {{1, 2, 0, 4, 9.5}, {1}, {{0, 1, kExemplar}}}};
}

/// Of schema 1: bounds 2^(-1/2), 1, 2^(1/2), 2, ... 8; what is above 8 has the last bucket.
inline std::pair<Family, Points> native_histogram() {
  auto family = family_of(FamilyType::histogram, "wait_seconds", "Wait.", "seconds");
  std::vector<double> bounds;
  for (int i = -1; i <= 6; ++i) bounds.push_back(std::exp2(i / 2.0));
  family.buckets.push_back(native_buckets(bounds, 1, 0));
  family.add(kModel, kCreated);
  family.add({}, 0);
  Points points{{5, 2, 3, 0, 0, 0, 7, 0, 1, 33.5}, {1, 1}, {{0, 1, kExemplar}}};
  points.numbers.resize(20);
  return {family, points};
}

inline std::pair<Family, Points> stateset() {
  auto family = family_of(FamilyType::stateset, "engine", "Engine.");
  family.states = {"up", "down"};
  for (const char* state : {"up", "down"})
    family.add(std::vector<Label>{{"model", "a"}, {"engine", state}}, 0);
  return {family, {{0, 1}, {1, 1}, {}}};
}

inline std::pair<Family, Points> summary() {
  auto family = family_of(FamilyType::summary, "wait_seconds", "Wait.", "seconds");
  family.quantiles = {0.5, 1};
  family.add(kModel, kCreated);
  return {family, {{0.25, NAN, 12, 20}, {1}, {}}};
}

}  // namespace tacho::telemetry::tests

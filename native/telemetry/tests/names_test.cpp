#include "../render/names.hpp"

#include "../../testing/check.hpp"
#include "families.hpp"

namespace tacho::telemetry::tests {
namespace {

struct Shown {
  FamilyType type;
  const char* name;
};

/// Type and name of each in OpenMetrics, all of one scrape; "-" for one that another has taken the names of.
std::string in_openmetrics(std::vector<Shown> shown) {
  Names names;
  std::vector<Family> families;
  for (const auto& [type, name] : shown) families.push_back(family_of(type, name));
  for (const auto& family : families) names.take(family);
  std::string out;
  for (auto& family : families) {
    const bool named = names.name_for_openmetrics(family);
    out += named ? std::string(type_name(family.openmetrics_type)) + " " + family.openmetrics_name + "\n"
                 : "-\n";
  }
  return out;
}

}  // namespace

TEST(openmetrics_takes_the_ending_off_a_name) {
  CHECK_EQUAL(in_openmetrics({{FamilyType::counter, "a_total"}, {FamilyType::info, "b_info"}}),
              "counter a\ninfo b\n");
}

TEST(a_name_without_the_ending_stays_at_the_price_of_its_type) {
  CHECK_EQUAL(in_openmetrics({{FamilyType::counter, "a"},
                              {FamilyType::counter, "_total"},
                              {FamilyType::info, "b"},
                              {FamilyType::histogram, "c_total"},
                              {FamilyType::gauge, "d_total"},
                              {FamilyType::unknown, "e_total"}}),
              "unknown a\nunknown _total\ngauge b\nhistogram c_total\ngauge d_total\nunknown e_total\n");
}

TEST(a_name_that_another_family_has_is_not_taken_twice) {
  CHECK_EQUAL(in_openmetrics({{FamilyType::counter, "a_total"}, {FamilyType::gauge, "a"}}),
              "unknown a_total\ngauge a\n");
  CHECK_EQUAL(in_openmetrics({{FamilyType::counter, "a_total"}, {FamilyType::gauge, "a_created"}}),
              "unknown a_total\ngauge a_created\n");
  CHECK_EQUAL(in_openmetrics({{FamilyType::info, "a_info"}, {FamilyType::counter, "a_total"}}),
              "info a\nunknown a_total\n");
  CHECK_EQUAL(in_openmetrics({{FamilyType::counter, "a_sum_total"}, {FamilyType::histogram, "a"}}),
              "unknown a_sum_total\nhistogram a\n");
}

TEST(names_of_lines_are_taken_once) {
  Names names;
  CHECK(names.take(family_of(FamilyType::histogram, "a")));
  for (const char* name : {"a", "a_bucket", "a_sum", "a_count", "a_created"})
    CHECK(!names.take(family_of(FamilyType::gauge, name)));
  Names more(&names);
  CHECK(!more.take(family_of(FamilyType::gauge, "a_count")));
  CHECK(more.take(family_of(FamilyType::gauge, "a_total")));
  CHECK(names.take(family_of(FamilyType::gauge, "a_total")));
}

TEST(names_follow_the_formats) {
  for (const char* name : {"a", "_", "vllm:x_9", ":"}) CHECK(is_metric_name(name));
  for (const char* name : {"", "9a", "a-b", "a.b", "\xc3\xa4", "a\n"}) CHECK(!is_metric_name(name));
  for (const char* name : {"a", "_a9"}) CHECK(is_label_name(name));
  for (const char* name : {"", "__a", "a:b", "0"}) CHECK(!is_label_name(name));
}

}  // namespace tacho::telemetry::tests

#include <cmath>

#include "../../testing/check.hpp"
#include "../render/number_format.hpp"
#include "families.hpp"
#include "protobuf_reader.hpp"

namespace tacho::telemetry::tests {
namespace {

std::string encode(Format format, const std::pair<Family, Points>& shown) {
  return tests::encode(format, shown.first, shown.second);
}

std::string protobuf(const std::pair<Family, Points>& shown) {
  return ProtobufReader(encode(Format::protobuf, shown)).print();
}

const std::string kIds = std::string("{trace_id=\"") + kTraceId + "\",span_id=\"" + kSpanId + "\"}";
const std::string kMessageExemplar = std::string("exemplar {label {name 'trace_id' value '") + kTraceId +
                                     "'} label {name 'span_id' value '" + kSpanId +
                                     "'} value 0.75 time {seconds 1700000001 nanos 250000000}}";
const std::string kJsonExemplar = std::string("{\"traceId\":\"") + kTraceId + "\",\"spanId\":\"" + kSpanId +
                                  "\",\"value\":0.75,\"timestamp\":1700000001.25}";
const std::string kJsonLabels = "{\"labels\":{\"model\":\"a\\\"\\\\\\u000a\"}";
const std::string kMessageLabel = "metric {label {name 'model' value 'a\"\\\n'} ";
const std::string kMessageCreated = "created {seconds 1700000000 nanos 500000000}";

}  // namespace

TEST(numbers_are_exact_and_short) {
  struct Case {
    double value;
    const char* number;
    const char* canonical;
  };
  const Case cases[] = {
      {0, "0", "0.0"},
      {-0.0, "0", "0.0"},
      {1234567, "1234567", "1.234567e+06"},
      {999999, "999999", "999999.0"},
      {1e6, "1000000", "1e+06"},
      {9007199254740992, "9007199254740992", "9.007199254740992e+15"},
      {-5, "-5", "-5.0"},
      {0.1, "0.1", "0.1"},
      {0.0005, "0.0005", "0.0005"},
      {0.0001, "0.0001", "0.0001"},
      {1.0 / 3, "0.3333333333333333", "0.3333333333333333"},
      {5e-7, "5e-07", "5e-07"},
      {1e-5, "1e-05", "1e-05"},
      {1e300, "1e+300", "1e+300"},
      {1e16, "1e+16", "1e+16"},
      {123456.789, "123456.789", "123456.789"},
      {1234567.5, "1234567.5", "1.2345675e+06"},
      {NAN, "NaN", "NaN"},
      {INFINITY, "+Inf", "+Inf"},
      {-INFINITY, "-Inf", "-Inf"},
  };
  for (const auto& [value, number, canonical] : cases) {
    std::string out;
    append_number(out, value);
    CHECK_EQUAL(out, number);
    out.clear();
    append_canonical(out, value);
    CHECK_EQUAL(out, canonical);
  }
}

TEST(a_counter_in_every_format) {
  CHECK_EQUAL(encode(Format::text, counter()),
              "# HELP tokens_total Say \"tokens\\\\\".\n"
              "# TYPE tokens_total counter\n"
              "tokens_total{model=\"a\\\"\\\\\\n\"} 3\n"
              "tokens_total 4\n");
  CHECK_EQUAL(encode(Format::openmetrics, counter()),
              "# TYPE tokens counter\n"
              "# HELP tokens Say \\\"tokens\\\\\\\".\n"
              "tokens_total{model=\"a\\\"\\\\\\n\"} 3.0 # " +
                  kIds +
                  " 0.75 1700000001.25\n"
                  "tokens_created{model=\"a\\\"\\\\\\n\"} 1700000000.5\n"
                  "tokens_total 4.0\n"
                  "# EOF\n");
  CHECK_EQUAL(protobuf(counter()), "name 'tokens_total' help 'Say \"tokens\\\".' type 0 unit 'tokens' " +
                                       kMessageLabel + "counter {value 3 " + kMessageExemplar + " " +
                                       kMessageCreated + "}} metric {counter {value 4}}\n");
  CHECK_EQUAL(encode(Format::json, counter()),
              "[{\"name\":\"tokens_total\",\"type\":\"counter\",\"help\":\"Say \\\"tokens\\\\\\\".\","
              "\"unit\":\"tokens\",\"series\":[" +
                  kJsonLabels + ",\"created\":1700000000.5,\"value\":3,\"exemplar\":" + kJsonExemplar +
                  "},{\"labels\":{},\"value\":4}]}]");
}

TEST(a_histogram_in_every_format) {
  CHECK_EQUAL(encode(Format::text, histogram()),
              "# HELP wait_seconds Wait.\n"
              "# TYPE wait_seconds histogram\n"
              "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"0.5\"} 1\n"
              "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"1\"} 3\n"
              "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"2.5\"} 3\n"
              "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"+Inf\"} 7\n"
              "wait_seconds_sum{model=\"a\\\"\\\\\\n\"} 9.5\n"
              "wait_seconds_count{model=\"a\\\"\\\\\\n\"} 7\n");
  CHECK_EQUAL(encode(Format::openmetrics, histogram()),
              "# TYPE wait_seconds histogram\n"
              "# UNIT wait_seconds seconds\n"
              "# HELP wait_seconds Wait.\n"
              "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"0.5\"} 1\n"
              "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"1.0\"} 3 # " +
                  kIds +
                  " 0.75 1700000001.25\n"
                  "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"2.5\"} 3\n"
                  "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"+Inf\"} 7\n"
                  "wait_seconds_sum{model=\"a\\\"\\\\\\n\"} 9.5\n"
                  "wait_seconds_count{model=\"a\\\"\\\\\\n\"} 7\n"
                  "wait_seconds_created{model=\"a\\\"\\\\\\n\"} 1700000000.5\n"
                  "# EOF\n");
  CHECK_EQUAL(protobuf(histogram()),
              "name 'wait_seconds' help 'Wait.' type 4 unit 'seconds' " + kMessageLabel +
                  "histogram {count 7 sum 9.5 bucket {cumulative 1 bound 0.5} bucket {cumulative 3 bound 1 " +
                  kMessageExemplar + "} bucket {cumulative 3 bound 2.5} bucket {cumulative 7 bound +Inf} " +
                  kMessageCreated + "}}\n");
  CHECK_EQUAL(encode(Format::json, histogram()),
              "[{\"name\":\"wait_seconds\",\"type\":\"histogram\",\"help\":\"Wait.\",\"unit\":\"seconds\","
              "\"series\":[" +
                  kJsonLabels +
                  ",\"created\":1700000000.5,\"count\":7,\"sum\":9.5,\"buckets\":[{\"le\":0.5,\"count\":1},"
                  "{\"le\":1,\"count\":3},{\"le\":2.5,\"count\":3},{\"le\":\"+Inf\",\"count\":7}],"
                  "\"exemplars\":[" +
                  kJsonExemplar + "]}]}]");
}

TEST(a_native_histogram_in_every_format) {
  const auto text = encode(Format::text, native_histogram());
  CHECK(
      text.starts_with("# HELP wait_seconds Wait.\n"
                       "# TYPE wait_seconds histogram\n"
                       "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"0.7071067811865476\"} 5\n"
                       "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"1\"} 7\n"
                       "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"2\"} 10\n"
                       "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"4\"} 10\n"
                       "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"8\"} 17\n"
                       "wait_seconds_bucket{model=\"a\\\"\\\\\\n\",le=\"+Inf\"} 18\n"
                       "wait_seconds_sum{model=\"a\\\"\\\\\\n\"} 33.5\n"
                       "wait_seconds_count{model=\"a\\\"\\\\\\n\"} 18\n"));
  CHECK(encode(Format::openmetrics, native_histogram())
            .find("\",le=\"1.0\"} 7 # " + kIds + " 0.75 1700000001.25\n") != text.npos);
  CHECK_EQUAL(
      protobuf(native_histogram()),
      "name 'wait_seconds' help 'Wait.' type 4 unit 'seconds' " + kMessageLabel +
          "histogram {count 18 sum 33.5 schema 1 zero_threshold 0.7071067811865476 zero_count 5 "
          "span {offset 0 length 2} span {offset 3 length 3} delta [2 1 4 -7 1] " +
          kMessageExemplar + " " + kMessageCreated +
          "}} metric {histogram {count 0 sum 0 schema 1 zero_threshold 0.7071067811865476 zero_count 0 "
          "span {offset 0 length 0}}}\n");
  const auto json = encode(Format::json, native_histogram());
  CHECK(
      json.find("\"native\":{\"schema\":1,\"zeroThreshold\":0.7071067811865476,\"zeroCount\":5,\"offset\":0,"
                "\"counts\":[2,3,0,0,0,7,0,1]}") != json.npos);
  CHECK(json.find("\"zeroCount\":0,\"offset\":0,\"counts\":[]}") != json.npos);
}

TEST(a_state_set_in_every_format) {
  const std::string samples = "engine{model=\"a\",engine=\"up\"} 0";
  CHECK_EQUAL(encode(Format::text, stateset()), "# HELP engine Engine.\n# TYPE engine gauge\n" + samples +
                                                    "\nengine{model=\"a\",engine=\"down\"} 1\n");
  CHECK_EQUAL(encode(Format::openmetrics, stateset()),
              "# TYPE engine stateset\n# HELP engine Engine.\n" + samples +
                  ".0\nengine{model=\"a\",engine=\"down\"} 1.0\n# EOF\n");
  CHECK_EQUAL(protobuf(stateset()),
              "name 'engine' help 'Engine.' type 1 "
              "metric {label {name 'model' value 'a'} label {name 'engine' value 'up'} gauge {value 0}} "
              "metric {label {name 'model' value 'a'} label {name 'engine' value 'down'} gauge {value 1}}\n");
  CHECK_EQUAL(encode(Format::json, stateset()),
              "[{\"name\":\"engine\",\"type\":\"stateset\",\"help\":\"Engine.\",\"unit\":\"\",\"series\":["
              "{\"labels\":{\"model\":\"a\"},\"states\":{\"up\":false,\"down\":true}}]}]");
}

TEST(a_summary_in_every_format) {
  CHECK_EQUAL(encode(Format::text, summary()),
              "# HELP wait_seconds Wait.\n"
              "# TYPE wait_seconds summary\n"
              "wait_seconds{model=\"a\\\"\\\\\\n\",quantile=\"0.5\"} 0.25\n"
              "wait_seconds{model=\"a\\\"\\\\\\n\",quantile=\"1\"} NaN\n"
              "wait_seconds_sum{model=\"a\\\"\\\\\\n\"} 12\n"
              "wait_seconds_count{model=\"a\\\"\\\\\\n\"} 20\n");
  CHECK(encode(Format::openmetrics, summary()).find(",quantile=\"1.0\"} NaN\n") != std::string::npos);
  CHECK_EQUAL(
      protobuf(summary()),
      "name 'wait_seconds' help 'Wait.' type 2 unit 'seconds' " + kMessageLabel +
          "summary {count 20 sum 12 quantile {quantile 0.5 value 0.25} quantile {quantile 1 value NaN} " +
          kMessageCreated + "}}\n");
  CHECK(encode(Format::json, summary())
            .ends_with("\"count\":20,\"sum\":12,\"quantiles\":[{\"quantile\":0.5,\"value\":0.25},"
                       "{\"quantile\":1,\"value\":\"NaN\"}]}]}]"));
}

TEST(an_info_ends_in_info_in_every_format) {
  auto family = family_of(FamilyType::info, "build_info", "Build.");
  family.add(std::vector<Label>{{"version", "1"}}, 0);
  const Points points{{1}, {1}, {}};
  CHECK_EQUAL(encode(Format::text, family, points),
              "# HELP build_info Build.\n# TYPE build_info gauge\nbuild_info{version=\"1\"} 1\n");
  CHECK_EQUAL(encode(Format::openmetrics, family, points),
              "# TYPE build info\n# HELP build Build.\nbuild_info{version=\"1\"} 1.0\n# EOF\n");
  CHECK_EQUAL(
      ProtobufReader(encode(Format::protobuf, family, points)).print(),
      "name 'build_info' help 'Build.' type 1 metric {label {name 'version' value '1'} gauge {value 1}}\n");
}

TEST(what_openmetrics_has_no_room_for_is_left_out_there) {
  auto [family, points] = histogram();
  family.unit = "ms";
  points.numbers.back() = -1;
  const auto text = encode(Format::openmetrics, family, points);
  for (const char* absent : {"# UNIT", "_sum", "_count"}) CHECK(text.find(absent) == text.npos);
  family.buckets[0].bounds[0] = -0.5;
  points.numbers.back() = 1;
  CHECK(encode(Format::openmetrics, family, points).find("_sum") == text.npos);
}

TEST(spans_bridge_short_gaps_only) {
  auto family = family_of(FamilyType::histogram, "h");
  family.buckets.push_back(native_buckets({0.5, 1, 2, 4, 8, 16, 32, 64, 128}, 0, 0));
  family.add({}, 0);
  const auto spans = [&](std::vector<double> numbers) {
    numbers.resize(11);
    const auto text = ProtobufReader(encode(Format::protobuf, family, {numbers, {1}, {}})).print();
    const auto at = text.find("span");
    return text.substr(at, text.size() - at - 3);
  };
  CHECK_EQUAL(spans({9}), "span {offset 0 length 0}");
  CHECK_EQUAL(spans({0, 1}), "span {offset 0 length 1} delta [1]");
  CHECK_EQUAL(spans({0, 0, 0, 0, 2, 0, 0, 1}), "span {offset 3 length 4} delta [2 -2 0 1]");
  CHECK_EQUAL(spans({0, 1, 0, 0, 0, 1, 1}),
              "span {offset 0 length 1} span {offset 3 length 2} delta [1 0 0]");
  CHECK_EQUAL(spans({0, 0, 0, 0, 0, 0, 0, 0, 0, 5}), "span {offset 8 length 1} delta [5]");
}

TEST(long_families_have_their_length_before_them) {
  for (const std::size_t series : {1, 90, 110, 2000, 30'000}) {
    auto family = family_of(FamilyType::gauge, "g");
    for (std::size_t i = 0; i < series; ++i) family.add(kModel, 0);
    const Points points{std::vector<double>(series, 1), std::vector<char>(series, 1), {}};
    const auto text = ProtobufReader(encode(Format::protobuf, family, points)).print();
    std::size_t found = 0;
    for (auto at = text.find("gauge {"); at != text.npos; at = text.find("gauge {", at + 1)) ++found;
    CHECK_EQUAL(found, series);
  }
}

TEST(families_without_series_are_no_protobuf_message) {
  CHECK_EQUAL(encode(Format::protobuf, family_of(FamilyType::gauge, "g"), {}), "");
  CHECK_EQUAL(encode(Format::text, family_of(FamilyType::gauge, "g"), {}),
              "# HELP g Help.\n# TYPE g gauge\n");
}

TEST(openmetrics_leaves_out_what_its_types_forbid) {
  const auto lines = [](FamilyType type, const char* name, std::vector<double> numbers) {
    auto family = family_of(type, name);
    if (type == FamilyType::summary) family.quantiles = {0.5};
    family.add({}, 0);
    const auto text = encode(Format::openmetrics, family, {std::move(numbers), {1}, {}});
    return text.substr(text.find("Help.\n") + 6);
  };
  for (const double number : {-1.0, static_cast<double>(NAN)})
    CHECK_EQUAL(lines(FamilyType::counter, "c_total", {number}), "# EOF\n");
  CHECK_EQUAL(lines(FamilyType::unknown, "c_total", {-1}), "c_total -1.0\n# EOF\n");
  CHECK_EQUAL(lines(FamilyType::info, "c_info", {5}), "# EOF\n");
  CHECK_EQUAL(lines(FamilyType::summary, "s", {-1, -2, 2}), "# EOF\n");
  CHECK_EQUAL(lines(FamilyType::summary, "s", {NAN, 0, 0}),
              "s{quantile=\"0.5\"} NaN\ns_sum 0.0\ns_count 0\n# EOF\n");
}

}  // namespace tacho::telemetry::tests

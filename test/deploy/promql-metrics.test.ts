import { expect, test } from "vitest";
import { groupingLabelsOf, metricsOf, selectorsOf } from "./promql-metrics.js";

const CASES: [expression: string, metrics: string[]][] = [
  ["up", ["up"]],
  ['up{job="orchestrator"} == 0', ["up"]],
  ["histogram_quantile(0.95, rate(agent_ttft_ms_bucket[5m]))", ["agent_ttft_ms_bucket"]],
  ["sum by (model, le) (rate(a_total[5m])) / sum(b_total) by (le)", ["a_total", "b_total"]],
  ["sum without(instance)(a) > bool 1e-3", ["a"]],
  ["neuronetes:ttft_slo_compliance:rate5m", ["neuronetes:ttft_slo_compliance:rate5m"]],
  [
    "a / on(gpu, uuid) group_left(name) b_info and ignoring(x) c unless d or e",
    ["a", "b_info", "c", "d", "e"],
  ],
  ["max_over_time(deriv(a[5m])[1h:30s] offset -1d)", ["a"]],
  ["a @ end() + a @ 1609746000 + time() - vector(1)", ["a"]],
  ['{__name__="a",job="x"} * {"b.c", job="x"}', ["a", "b.c"]],
  ['topk(10, count by (__name__)({__name__=~".+"}))', []],
  ["a > Inf or b == NaN", ["a", "b"]],
  ['rate(a_total{model=~"$model",x=\'}"\'}[$__rate_interval]) * ${factor:raw}', ["a_total"]],
  ["# a comment with names\na # and b\n + c", ["a", "c"]],
  ['absent(a{b=`c{d}`}) or label_replace(e, "f", "$1", "g", "(.*)")', ["a", "e"]],
  ["rate(a[1h30m]) > 0x1f", ["a"]],
  ["rate(ryot_inference_errors_total[5m]) by (model)", ["ryot_inference_errors_total"]],
];

test.each(CASES)("the metrics of %s", (expression, metrics) => {
  expect(metricsOf(expression)).toEqual(metrics);
});

test("a selector has its matchers", () => {
  expect(selectorsOf('rate(a{b="c", d!~"e|f"}[5m]) / a')).toEqual([
    {
      metric: "a",
      matchers: [
        { label: "b", op: "=", value: "c" },
        { label: "d", op: "!~", value: "e|f" },
      ],
    },
    { metric: "a", matchers: [] },
  ]);
});

test("labels that series are grouped and joined by", () => {
  const expression = 'sum by (model, le) (a{b="c"}) * on (model) group_left (name) d';
  expect(groupingLabelsOf(expression)).toEqual(["model", "le", "name"]);
});

test("what is no PromQL is refused", () => {
  expect(() => metricsOf("a ? b")).toThrow('Expected PromQL for an expression but received "? b".');
});

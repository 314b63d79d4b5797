/** Expressions that dashboards share. Label matchers are text, since Grafana's variables stand in them. */

/** What a scrape's target is called. */
export const HERE = 'job=~"$job",instance=~"$instance"';
/** The same whatever the job: another dialect's metrics come from another scrape of the server. */
export const SERVER = 'instance=~"$instance"';
/** Of one model as well. */
export const MODEL = `${HERE},model=~"$model"`;

/** Grafana makes the interval four scrapes at least, so that a rate is never empty. */
export const rate = (metric, matchers = MODEL) => `rate(${metric}{${matchers}}[$__rate_interval])`;

export const increase = (metric, matchers = MODEL) => `increase(${metric}{${matchers}}[$__rate_interval])`;

export const sum = (expr, ...by) => (by.length ? `sum by (${by.join(", ")}) (${expr})` : `sum(${expr})`);

/** Counters of what seldom happens have no series before it did; then nothing has happened, which is a number. */
export const orZero = (expr) => `${expr} or vector(0)`;

/** The same where series are told apart by a label: one with the value "none". */
export const orNone = (expr, label) =>
  `${expr} or on () label_replace(vector(0), "${label}", "none", "", "")`;

export const quantile = (q, metric, { by = [], matchers = MODEL } = {}) =>
  `histogram_quantile(${q}, ${sum(rate(`${metric}_bucket`, matchers), "le", ...by)})`;

/** Median and tail. */
export const quantiles = (metric, { by = [], matchers = MODEL, of = [0.5, 0.9, 0.99] } = {}) => {
  const who = by.map((label) => ` {{${label}}}`).join("");
  return of.map((q) => ({
    expr: quantile(q, metric, { by, matchers }),
    legend: `p${q * 100}${who}`,
  }));
};

export const mean = (metric, { by = [], matchers = MODEL } = {}) =>
  `${sum(rate(`${metric}_sum`, matchers), ...by)} / ${sum(rate(`${metric}_count`, matchers), ...by)}`;

/**
 * Of a native histogram: where a Prometheus keeps it as such it has no buckets, sum and count of their own, elsewhere it
 * has nothing else. What is not there adds nothing.
 */
const native = (classic, whole) => `(${classic} or ${whole})`;

export const nativeQuantile = (q, metric, { by = [], matchers = MODEL } = {}) =>
  `histogram_quantile(${q}, ${native(sum(rate(`${metric}_bucket`, matchers), "le", ...by), sum(rate(metric, matchers), ...by))})`;

export const nativeSum = (metric, { by = [], matchers = MODEL } = {}) =>
  native(sum(rate(`${metric}_sum`, matchers), ...by), sum(`histogram_sum(${rate(metric, matchers)})`, ...by));

export const nativeCount = (metric, { by = [], matchers = MODEL } = {}) =>
  native(
    sum(rate(`${metric}_count`, matchers), ...by),
    sum(`histogram_count(${rate(metric, matchers)})`, ...by),
  );

/** The share of requests in time, exact where `le` is a bound. */
export const within = (le, metric, matchers = MODEL) =>
  `${sum(rate(`${metric}_bucket`, `${matchers},le="${le}"`))} / ${sum(rate(`${metric}_count`, matchers))}`;

export const buckets = (metric, matchers = MODEL) => sum(increase(`${metric}_bucket`, matchers), "le");

/** How requests end that did not get what they asked for, through no fault of their own. */
const FAILED = 'outcome=~"error|timeout|rejected"';

/** Of those that ended, the share that failed; clients' mistakes and cancellations are no failures. */
export const failedShare = () =>
  `(${orZero(sum(rate("tacho_requests_total", `${MODEL},${FAILED}`)))}) / ${sum(rate("tacho_requests_total"))}`;

/** Of the KV cells, the share that running requests hold: those of ended requests are given up when needed. */
export const kvShare = () =>
  `(sum(tacho_kv_cells_used{${MODEL}}) - sum(tacho_prefix_cache_cells{${MODEL}})) / sum(tacho_kv_cells{${MODEL}})`;

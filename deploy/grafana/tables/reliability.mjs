import { bargauge, falling, rising, SHARE, stat, stateTimeline, timeseries } from "../panels.mjs";
import { HERE, MODEL, orNone, orZero, quantiles, rate, sum } from "../promql.mjs";
import { FAILED_REQUESTS, REQUESTS_BY_OUTCOME, TURNED_AWAY } from "../shared-panels.mjs";
import { ENGINE_HOST_ENDED, TACHO } from "../variables.mjs";

const ofTacho = `and on (job, instance) tacho_build_info`;

export default {
  uid: "tacho-reliability",
  title: "tacho / Reliability",
  description: "What goes wrong, where, and how fast it is right again.",
  tags: ["tacho"],
  variables: TACHO,
  annotations: [ENGINE_HOST_ENDED],
  rows: [
    {
      title: "Now",
      panels: [
        FAILED_REQUESTS,
        stat(
          "Servers down",
          "short",
          "Servers that did not answer the last scrape.",
          { down: `count(up{${HERE}} == 0) or vector(0)` },
          rising([1, "red"]),
        ),
        stat(
          "Engine hosts ready",
          "percentunit",
          "Share of the models' engine hosts that are ready.",
          { ready: `avg(tacho_engine_host_state{${MODEL},tacho_engine_host_state="ready"})` },
          falling(0.5, 1),
        ),
        stat(
          "Engine hosts lost",
          "short",
          "Engine hosts that ended unasked, in the last hour.",
          { lost: orZero(`sum(increase(tacho_engine_host_failures_total{${MODEL}}[1h]))`) },
          rising([1, "yellow"], [3, "red"]),
        ),
        stat("Longest up", "s", "Time since the start of the oldest server.", {
          "up for": `max(tacho_uptime_seconds{${HERE}})`,
        }),
        stat(
          "Health checks failed",
          "percentunit",
          "Share of the health checks that did not pass.",
          {
            failed: `(${orZero(sum(rate("tacho_health_checks_total", `${HERE},status="fail"`)))}) / (${sum(rate("tacho_health_checks_total", HERE))} > 0) or vector(0)`,
          },
          rising([0.01, "yellow"], [0.5, "red"]),
        ),
      ],
    },
    {
      title: "Requests",
      panels: [
        REQUESTS_BY_OUTCOME,
        timeseries(
          "Errors by code",
          "reqps",
          "Requests that ended with an error, a second, by its code.",
          { "{{code}}": orNone(sum(rate("tacho_request_errors_total"), "code"), "code") },
          { stack: true },
        ),
        timeseries(
          "Errors by stage",
          "reqps",
          "Requests that ended with an error, a second, by the stage it came up in.",
          { "{{stage}}": orNone(sum(rate("tacho_request_errors_total"), "stage"), "stage") },
          { stack: true },
        ),
        TURNED_AWAY,
        timeseries(
          "HTTP answers by code",
          "reqps",
          "HTTP requests answered, a second, by status code.",
          { "{{code}}": sum(rate("tacho_http_requests_total", HERE), "code") },
          { stack: true },
        ),
        timeseries("Waiting", "short", "Requests in the admission queue, by route.", {
          "{{route}}": `sum by (route) (tacho_requests_waiting{${MODEL}})`,
        }),
      ],
    },
    {
      title: "Engine hosts",
      panels: [
        stateTimeline(
          "State of engine hosts",
          "short",
          "Whether the engine host of each model is ready.",
          {
            "{{model}}": `min by (model) (tacho_engine_host_state{${MODEL},tacho_engine_host_state="ready"})`,
          },
          {
            base: "red",
            thresholds: [[1, "green"]],
            values: { 0: ["not ready", "red"], 1: ["ready", "green"] },
          },
        ),
        timeseries(
          "Changes of state",
          "short",
          "Changes of an engine host's state.",
          {
            "{{model}}: {{from}} to {{to}}": `sum by (model, from, to) (increase(tacho_engine_host_transitions_total{${MODEL}}[$__rate_interval]))`,
          },
          { width: 12, height: 6, needs: "failure" },
        ),
        timeseries(
          "Engine hosts lost and started again",
          "short",
          "Engine hosts that ended unasked, and processes started again after that.",
          {
            lost: orZero(`sum(increase(tacho_engine_host_failures_total{${MODEL}}[$__rate_interval]))`),
            "started again": `sum(increase(tacho_engine_host_restarts_total{${HERE}}[$__rate_interval]))`,
          },
        ),
        timeseries(
          "Failover",
          "s",
          "From the unasked end of an engine host to the next request that succeeds with its model.",
          quantiles("tacho_failover_duration_seconds", { of: [0.5, 0.95] }),
          { needs: "failure" },
        ),
        timeseries(
          "Requests handed to the engine",
          "reqps",
          "Requests that the engine has ended or lost, a second, by how.",
          { "{{status}}": sum(rate("tacho_engine_requests_total"), "status") },
          { stack: true },
        ),
      ],
    },
    {
      title: "Streams",
      panels: [
        timeseries("Streams", "ops", "Event streams whose head was sent, a second.", {
          opened: sum(rate("tacho_streams_opened_total", HERE)),
        }),
        timeseries(
          "Ends of streams",
          "ops",
          "Event streams that ended, a second, by how.",
          { "{{how}}": sum(rate("tacho_streams_ended_total", HERE), "how") },
          { stack: true },
        ),
        timeseries(
          "Broken streams",
          "percentunit",
          "Of the event streams that ended, the share that an error broke.",
          {
            broken: `(${orZero(sum(rate("tacho_streams_ended_total", `${HERE},how="broken"`)))}) / ${sum(rate("tacho_streams_ended_total", HERE))}`,
          },
          SHARE,
        ),
      ],
    },
    {
      title: "Telemetry of the telemetry",
      panels: [
        timeseries("Duration of a scrape", "s", "What Prometheus waited for an answer.", {
          "{{instance}}": `scrape_duration_seconds{${HERE}} ${ofTacho}`,
        }),
        timeseries("Samples of a scrape", "short", "Samples that a scrape brought.", {
          "{{instance}}": `scrape_samples_scraped{${HERE}} ${ofTacho}`,
        }),
        timeseries(
          "Series beyond the cap",
          "short",
          "Label sets that went to the overflow series of their metric because it had enough.",
          {
            "{{metric}}": orNone(
              `sum by (metric) (increase(tacho_telemetry_series_overflowed_total{${HERE}}[$__rate_interval]))`,
              "metric",
            ),
          },
        ),
        timeseries(
          "Lost log lines and spans",
          "ops",
          "Lines of the access log and spans of traces that were not taken, a second.",
          {
            "log lines": sum(rate("tacho_access_log_dropped_lines_total", HERE)),
            spans: sum(rate("tacho_trace_spans_total", `${HERE},outcome="lost"`)),
          },
        ),
        bargauge(
          "Open files",
          "percentunit",
          "Of the file descriptors that a process may open, the share that is open.",
          {
            "{{process}}": `sum by (process) (process_open_fds{${HERE}}) / sum by (process) (process_max_fds{${HERE}})`,
          },
          { ...SHARE, ...rising([0.7, "yellow"], [0.9, "red"]) },
        ),
        timeseries("Health checks", "ops", "Health checks answered, a second, by probe and verdict.", {
          "{{probe}} {{status}}": orNone(
            sum(rate("tacho_health_checks_total", HERE), "probe", "status"),
            "probe",
          ),
        }),
      ],
    },
  ],
};

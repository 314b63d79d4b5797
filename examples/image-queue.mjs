// A small program that measures itself: jobs in worker threads, one /metrics for all of them.
//
//   node examples/image-queue.mjs [port]        then: curl http://127.0.0.1:9090/metrics
//
// Ctrl-C ends it and prints a summary.
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { defineCatalog, newSegmentPath, observeCall, observeRuntime, openTelemetry } from "tacho/telemetry";

const catalog = defineCatalog({
  jobs: {
    type: "counter",
    name: "image_jobs_total",
    help: "Jobs that ended, by outcome.",
    labels: { kind: ["resize", "blur"], outcome: ["ok", "error", "abort"] },
  },
  running: { type: "gauge", name: "image_jobs_running", help: "Jobs under way.", labels: {} },
  duration: {
    type: "nativeHistogram",
    name: "image_job_duration_seconds",
    help: "Time from the start of a job to its end.",
    unit: "seconds",
    labels: { kind: ["resize", "blur"] },
    range: [1e-4, 100],
  },
});

/** Stands for work: every seventh picture is broken. */
async function handle(kind, number) {
  await sleep(kind === "resize" ? 2 : 5);
  if (number % 7 === 0) throw new Error(`picture ${number} is broken`);
}

async function work() {
  const telemetry = openTelemetry(catalog, { path: workerData.path, attach: true });
  observeRuntime(telemetry, { process: "image-queue", thread: "worker" });
  const { jobs, running, duration } = telemetry.metrics;
  const measured = (kind) =>
    observeCall(
      {
        duration: duration.labels({ kind }),
        inFlight: running.labels({}),
        finished: {
          ok: jobs.labels({ kind, outcome: "ok" }),
          error: jobs.labels({ kind, outcome: "error" }),
          abort: jobs.labels({ kind, outcome: "abort" }),
        },
      },
      handle,
    );
  const steps = { resize: measured("resize"), blur: measured("blur") };
  for (let number = 1; ; number++)
    for (const [kind, step] of Object.entries(steps)) await step(kind, number).catch(() => {});
}

async function serve(port) {
  const telemetry = openTelemetry(catalog, { path: newSegmentPath() });
  observeRuntime(telemetry, { process: "image-queue" });
  for (let i = 0; i < 2; i++) new Worker(new URL(import.meta.url), { workerData: { path: telemetry.path } });
  const { url } = await telemetry.listen({ port });
  console.log(`metrics: ${url}`);
  process.once("SIGINT", async () => {
    console.log(await telemetry.summary());
    telemetry.close();
    process.exit();
  });
}

if (isMainThread) await serve(Number(process.argv[2] ?? 9090));
else await work();

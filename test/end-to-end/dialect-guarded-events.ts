import { none, some, type KnownEvent } from "./dialect-changes.js";
import { KEYS, MODELS } from "./dialect-server.js";
import { COMPLETIONS, complete, LONG, MAX_CONTEXT, SLOTS } from "./known-requests.js";
import { own, stopEngine, textFrom, waitInQueue } from "./known-states.js";
import { readNothing } from "./slow-reader.js";
import { until } from "./tacho-server.js";

const model = MODELS.first;

/** Enough answers of one request for more bytes than the kernel takes of what nobody reads. */
const WAITING = 8;

/** Of the command line of another server: it refuses prompts of token ids, which patterns cannot read. */
export const GUARDED_FLAGS = [
  ...["--parallel", String(SLOTS), "--max-queue", String(WAITING)],
  ...["--ctx-size", String(2 * MAX_CONTEXT), "--max-context", String(MAX_CONTEXT)],
  ...["--block", "pii-detection", "--redact", "email"],
];

export const GUARDED_EVENTS: readonly KnownEvent[] = [
  {
    what: "a prompt with the number of a card",
    act: (server) => complete(server, { prompt: "My card is 4111 1111 1111 1111.", max_tokens: 1 }),
    changes: [
      ["policy_blocks_total", { type: "pii-detection" }, 1],
      ["redaction_events_total", {}, none],
      ["ryot_tokens_generated_total", {}, none],
    ],
  },
  {
    what: "a prompt with two addresses",
    act: (server) =>
      complete(server, { prompt: "Write to ada@example.com and to bob@example.com.", max_tokens: 1 }),
    changes: [
      ["policy_blocks_total", {}, none],
      ["redaction_events_total", { field: "email" }, 2],
      ["ryot_tokens_generated_total", { model }, 1],
    ],
  },
  {
    what: "a request that may wait a second behind many of many tokens",
    act: async (server) => {
      // How long work takes is known after so many.
      await complete(server, { prompt: "Once", max_tokens: 1, n: WAITING });
      const go = await stopEngine(server, textFrom);
      const leave = await waitInQueue(server, { prompt: "Once", max_tokens: LONG, n: WAITING - 1 });
      await complete(server, { prompt: "Once", max_tokens: 1, timeout_ms: 1000 });
      return async () => {
        await leave();
        await go();
      };
    },
    changes: [
      ["agent_admission_rejects_total", {}, 1],
      ["agent_admission_rejects_total", { route: COMPLETIONS, reason: "slo" }, 1],
      ["ryot_inference_requests_total", { model, status: "rejected" }, 1],
      ["orchestrator_requests_shed_total", { stage: "inference" }, 1],
      ["neurectomy_http_requests_total", { endpoint: COMPLETIONS, status: 503 }, 1],
      ["agent_turn_errors_total", {}, none],
    ],
    levels: [["agent_queue_depth", { route: COMPLETIONS }, WAITING - 1]],
  },
  {
    what: "a client that reads nothing",
    act: async (server) => {
      const asked = {
        prompt: "Once",
        max_tokens: LONG,
        ignore_eos: true,
        logprobs: 20,
        n: WAITING,
      };
      const leave = await readNothing(server.tacho.port, KEYS.staging, { ...asked, stream: true });
      await until("it runs", async () => (await own(server, "tacho_requests_running")) > 0);
      await until("it was cut", async () => (await own(server, "tacho_requests_running")) === 0);
      return leave;
    },
    changes: [
      ["stream_backpressure_events_total", { route: COMPLETIONS }, some],
      ["orchestrator_requests_shed_total", { stage: "stream" }, 1],
      ["requests_dropped_total", { stage: "stream" }, 1],
    ],
  },
];

/** The last that happens to a server. */
export const DRAIN: KnownEvent = {
  what: "requests that come while it finishes those in hand, and its end",
  act: async (server) => {
    const go = await stopEngine(server, textFrom);
    server.tacho.process.kill("SIGTERM");
    await until("it drains", async () => (await server.tacho.readiness()) === 503);
    await complete(server, { prompt: "Once", max_tokens: 1 });
    await server.ask("/tokenize", KEYS.prod, { content: "Once" });
    return async () => {
      await go();
      const { code } = await server.tacho.end();
      if (code !== 0) throw new Error(`expected the code 0 after draining, but received ${code}`);
    };
  },
  changes: [
    ["agent_admission_rejects_total", {}, 2],
    ["agent_admission_rejects_total", { route: COMPLETIONS, reason: "draining" }, 1],
    ["agent_admission_rejects_total", { route: "/tokenize", reason: "draining" }, 1],
    ["ryot_inference_requests_total", { model, status: "rejected" }, 1],
    ["orchestrator_requests_shed_total", {}, none],
    ["neurectomy_http_requests_total", { endpoint: COMPLETIONS, status: 503 }, 1],
    ["neurectomy_http_requests_total", { endpoint: "/tokenize", status: 503 }, 1],
    ["agent_turn_errors_total", {}, none],
  ],
};

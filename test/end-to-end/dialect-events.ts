import { about, some, none, type Change, type KnownEvent } from "./dialect-changes.js";
import { KEYS, MODELS, NODE, PRICES, TENANT } from "./dialect-server.js";
import { COMPLETIONS, complete, FIXED, LONG, MAX_CONTEXT, openStream, promptFrom } from "./known-requests.js";

const CHATS = "/v1/chat/completions";
const model = MODELS.first;
const node_id = NODE;
/** Of most requests here. */
const PROMPT = 20;
const GENERATED = 12;
const DECODED = GENERATED - 1;

/** What an event changes that answers with an error on the way there. */
function httpAnswer(status: number, endpoint = COMPLETIONS, method = "POST"): Change {
  return ["neurectomy_http_requests_total", { method, endpoint, status }, 1];
}

/** What every request that ended with text changes: its way, once through each stage, and its times. */
function served(route: string): Change[] {
  const once: [string, Record<string, string>][] = [
    ["agent_ttft_ms_count", { model, route }],
    ["agent_latency_ms_count", { model, route }],
    ["ryot_inference_requests_total", { model, status: "success" }],
    ["ryot_inference_request_duration_seconds_count", { model }],
    ["ryot_inference_ttft_seconds_count", { model }],
    ["ryot_inference_queue_wait_seconds_count", { model }],
    ["ryot_tokens_per_request_count", { model }],
    ["neurectomy_http_request_duration_seconds_count", { method: "POST", endpoint: route }],
    ["neurectomy_http_request_size_bytes_count", { method: "POST", endpoint: route }],
    ["neurectomy_http_response_size_bytes_count", { method: "POST", endpoint: route }],
    ["neurectomy_ryot_requests_total", { model, status: "success" }],
    ["neurectomy_ryot_request_duration_seconds_count", { model }],
    ["distributed_llm_inference_requests_total", { node_id, model_id: model, status: "success" }],
    ["distributed_llm_inference_latency_seconds_count", { node_id, model_id: model }],
    ["orchestrator_request_duration_seconds_count", {}],
    ["orchestrator_ttft_seconds_count", {}],
    ["inference_time_to_first_token_seconds_count", { model }],
    ...["assemble", "inference", "post", "stream"].flatMap((stage): [string, Record<string, string>][] => [
      ["orchestrator_requests_total", { stage }],
      ["orchestrator_stage_duration_seconds_count", { stage }],
    ]),
  ];
  const never: Change[] = [
    ["agent_turn_errors_total", {}, none],
    ["ryot_inference_errors_total", {}, none],
    ["orchestrator_errors_total", {}, none],
    ["orchestrator_requests_total", { stage: "rag" }, none],
  ];
  return [...once.map(([sample, labels]): Change => [sample, labels, 1]), ...never, httpAnswer(200, route)];
}

/** `sampled` tokens of one request that ran alone, after a prompt of `prompt` tokens. */
function tokensOf(prompt: number, sampled: number): Change[] {
  const tenant = TENANT;
  const dollars = (prompt * PRICES.input + sampled * PRICES.output) / 1000;
  return [
    ["agent_input_tokens_total", { model, tenant }, prompt],
    ["agent_output_tokens_total", { model, tenant }, sampled],
    ["agent_total_tokens", { model, tenant }, prompt + sampled],
    ["ryot_tokens_generated_total", { model }, sampled],
    ["ryot_tokens_per_request_sum", { model }, sampled],
    ["ryot_inference_inter_token_latency_seconds_count", { model }, sampled - 1],
    ["ryot_batches_processed_total", { model }, sampled],
    ["ryot_batch_size_bucket", { model, le: 1 }, sampled],
    ["ryot_batch_size_count", { model }, sampled],
    ["neurectomy_ryot_batch_size_count", { model }, sampled],
    ["neurectomy_ryot_batch_size_sum", { model }, sampled],
    ["neurectomy_ryot_tokens_generated_total", { model }, sampled],
    ["neurectomy_tokens_generated_total", { model }, sampled],
    ["distributed_llm_inference_tokens_generated", { node_id, model_id: model }, sampled],
    ["distributed_llm_inference_tokens_generated_total", { node_id, model_id: model }, sampled],
    ["orchestrator_tokens_generated_total", {}, sampled],
    ["orchestrator_inference_cost_usd_total", {}, dollars],
  ];
}

/** Prices of a request like the first ones; all of them are alike until another comes. */
const DOLLARS = (PROMPT * PRICES.input + GENERATED * PRICES.output) / 1000;
const FIRST_BODY = { ...FIXED, prompt: promptFrom(300, PROMPT), max_tokens: GENERATED };

/** In the order in which they happen to one server. */
export const REQUEST_EVENTS: readonly KnownEvent[] = [
  {
    what: "a completion of 20 prompt tokens and 12 sampled ones",
    act: (server) => complete(server, FIRST_BODY),
    changes: [
      ...served(COMPLETIONS),
      ...tokensOf(PROMPT, GENERATED),
      ["ryot_tokens_per_request_bucket", { model, le: 10 }, 0],
      ["ryot_tokens_per_request_bucket", { model, le: 25 }, 1],
      [
        "neurectomy_http_request_size_bytes_sum",
        { endpoint: COMPLETIONS },
        Buffer.byteLength(JSON.stringify(FIRST_BODY)),
      ],
      ["neurectomy_http_response_size_bytes_sum", { endpoint: COMPLETIONS }, some],
      ["egress_gb_total", { route: COMPLETIONS }, some],
      ["stream_init_ms_count", {}, none],
      ["distributed_llm_network_messages_total", { node_id, direction: "outgoing" }, some],
      ["distributed_llm_network_messages_total", { node_id, direction: "incoming" }, some],
    ],
    levels: [
      ["agent_ctx_len_p95", { model }, about(PROMPT + GENERATED, 0.1)],
      ["agent_kv_cache_hit_ratio", { model }, 0],
      ["ryot_model_cache_hit_ratio", { model }, 0],
      ["agent_batch_merge_efficiency", { model }, 1],
      ["agent_rtf_ratio", { model }, some],
      ["agent_tokens_out_per_s", { model }, some],
      ["ryot_tokens_per_second", { model }, some],
      ["ryot_average_tokens_per_minute", { model }, some],
      ["agent_cold_start_rate", { model }, 0],
      ["cost_usd_per_1k_tokens", { model, tenant: TENANT }, (DOLLARS / (PROMPT + GENERATED)) * 1000],
      ["neurectomy_cost_per_request", { endpoint: COMPLETIONS }, DOLLARS * 100],
      ["error_budget_burn_rate", { slo: "errors", window: "5m" }, 0],
    ],
  },
  {
    what: "the same once more, whose prompt but its last token is cached",
    act: (server) => complete(server, FIRST_BODY),
    changes: [...served(COMPLETIONS), ...tokensOf(PROMPT, GENERATED)],
    levels: [
      ["agent_kv_cache_hit_ratio", { model }, (PROMPT - 1) / (2 * PROMPT)],
      ["ryot_model_cache_hit_ratio", { model }, (PROMPT - 1) / (2 * PROMPT)],
    ],
  },
  {
    what: "a stream of 12 tokens in a session",
    act: async (server) => {
      const body = { ...FIXED, prompt: promptFrom(330, PROMPT), max_tokens: GENERATED, stream: true };
      const options = { headers: { "X-Session-Id": "first" } };
      await (await server.ask(COMPLETIONS, KEYS.prod, body, options)).arrayBuffer();
    },
    changes: [
      ...served(COMPLETIONS),
      ...tokensOf(PROMPT, GENERATED),
      ["stream_init_ms_count", { route: COMPLETIONS }, 1],
      ["orchestrator_stream_duration_seconds_count", {}, 1],
      ["orchestrator_stream_tokens_total", {}, GENERATED],
      // Steps that come together are written together: at most a write a token, and no gap before the third.
      ["token_delivery_jitter_ms_count", { model }, (count) => count <= DECODED],
      ["agent_active_sessions", { model }, 1],
    ],
    levels: [
      ["stream_cancel_rate", { route: COMPLETIONS }, 0],
      ["stream_drop_rate", { route: COMPLETIONS }, 0],
      ["cost_usd_per_session", { model, tenant: TENANT }, DOLLARS],
    ],
  },
  {
    what: "a second request of the session, and one of another user",
    act: async (server) => {
      const body = { ...FIXED, prompt: promptFrom(360, PROMPT), max_tokens: GENERATED };
      await server.ask(COMPLETIONS, KEYS.prod, body, { headers: { "X-Session-Id": "first" } });
      await complete(server, { ...body, user: "second" });
    },
    changes: [
      ["agent_active_sessions", { model }, 1],
      ["neurectomy_active_users", {}, 1],
      ["orchestrator_session_affinity_hits_total", {}, 1],
      ["orchestrator_session_affinity_misses_total", {}, none],
    ],
    levels: [
      ["session_affinity_hit_ratio", {}, 1],
      ["cost_usd_per_session", { model, tenant: TENANT }, (3 * DOLLARS) / 2],
    ],
  },
  {
    what: "a stream of many tokens",
    act: async (server) => (await openStream(server, { prompt: promptFrom(340, 4), max_tokens: 300 })).ended,
    changes: [
      ["token_delivery_jitter_ms_count", { model }, (count) => count > 0 && count <= 298],
      ["orchestrator_stream_tokens_total", {}, 300],
    ],
  },
  {
    what: "a chat, which has a route of its own",
    act: async (server) => {
      const messages = [{ role: "user", content: "Hello!" }];
      const body = { ...FIXED, model, messages, max_tokens: GENERATED };
      await (await server.ask(CHATS, KEYS.prod, body)).arrayBuffer();
    },
    changes: [...served(CHATS), ["agent_output_tokens_total", { model, tenant: TENANT }, GENERATED]],
  },
  {
    what: "a stream that its client leaves",
    act: async (server) => {
      const leaving = new AbortController();
      const reader = await openStream(
        server,
        { prompt: promptFrom(390, 4), max_tokens: LONG },
        leaving.signal,
      );
      leaving.abort();
      await reader.ended.catch(() => undefined);
    },
    changes: [
      ["agent_turn_errors_total", { model, route: COMPLETIONS, error_type: "client_abort" }, 1],
      ["ryot_inference_requests_total", { model, status: "cancelled" }, 1],
      ["ryot_inference_errors_total", {}, none],
      ["distributed_llm_inference_requests_total", { node_id, model_id: model, status: "cancelled" }, 1],
      ["neurectomy_ryot_requests_total", { model, status: "cancelled" }, 1],
      ["agent_latency_ms_count", { model, route: COMPLETIONS }, 1],
    ],
    levels: [["stream_cancel_rate", { route: COMPLETIONS }, 1 / 3]],
  },
  {
    what: "a request that is wrong",
    act: (server) => complete(server, { prompt: "Once", temperature: 7 }),
    changes: [
      httpAnswer(400),
      ["agent_turn_errors_total", {}, none],
      ["ryot_inference_requests_total", { status: "error" }, 1],
      ["ryot_inference_errors_total", { model, error_type: "invalid_input" }, 1],
      ["distributed_llm_inference_requests_total", { status: "error" }, 1],
      ["orchestrator_requests_total", {}, none],
    ],
  },
  {
    what: "a prompt that fits no context, found out where it is tokenised",
    act: (server) => complete(server, { prompt: "word ".repeat(MAX_CONTEXT) }),
    changes: [
      httpAnswer(400),
      ["orchestrator_requests_total", { stage: "assemble" }, 1],
      ["orchestrator_errors_total", { stage: "assemble", error_type: "invalid_input" }, 1],
      ["orchestrator_worker_errors_total", {}, none],
      ["neurectomy_ryot_requests_total", { model, status: "error" }, 1],
    ],
  },
  {
    what: "an answer that fills its context",
    act: (server) => complete(server, { prompt: promptFrom(420, 4), max_tokens: 5000 }),
    changes: [
      ["agent_ctx_truncations_total", { model }, 1],
      ["ryot_tokens_per_request_bucket", { model, le: 1000 }, 0],
      ["ryot_tokens_per_request_bucket", { model, le: 2000 }, MAX_CONTEXT - 4 > 2000 ? 0 : 1],
      ["ryot_tokens_per_request_sum", { model }, about(MAX_CONTEXT - 4, 0.001)],
    ],
  },
  {
    what: "a request whose time is over while it runs",
    act: (server) => complete(server, { prompt: promptFrom(440, 4), max_tokens: LONG, timeout_ms: 200 }),
    changes: [
      httpAnswer(408),
      ["agent_turn_errors_total", { model, route: COMPLETIONS, error_type: "timeout" }, 1],
      ["ryot_inference_requests_total", { model, status: "timeout" }, 1],
      ["ryot_inference_errors_total", { model, error_type: "timeout" }, 1],
      ["distributed_llm_inference_requests_total", { node_id, model_id: model, status: "timeout" }, 1],
      ["neurectomy_ryot_requests_total", { model, status: "timeout" }, 1],
      ["orchestrator_inference_timeouts_total", {}, 1],
      ["orchestrator_requests_expired_total", {}, 1],
      ["orchestrator_errors_total", { stage: "inference", error_type: "timeout" }, 1],
    ],
    levels: [["error_budget_burn_rate", { slo: "errors", window: "5m" }, some]],
  },
  {
    what: "a key that is none, and one that is no admin's",
    act: async (server) => {
      await complete(server, { prompt: "Once" }, "nobody's");
      await server.ask("/metrics", KEYS.prod);
    },
    changes: [
      ["authz_denials_total", { scope: "key" }, 1],
      ["authz_denials_total", { scope: "admin" }, 1],
      httpAnswer(401),
    ],
  },
  {
    what: "three requests of a key that has two a minute",
    act: async (server) => {
      for (let i = 0; i < 3; i++)
        await complete(server, { prompt: promptFrom(300, 4), max_tokens: 1 }, KEYS.limited);
    },
    changes: [
      httpAnswer(429),
      ["agent_admission_rejects_total", { route: COMPLETIONS, reason: "rate_limit" }, 1],
      ["ryot_inference_requests_total", { status: "rejected" }, 1],
      ["ryot_inference_errors_total", {}, none],
      ["agent_turn_errors_total", {}, none],
      // Each takes its four prompt tokens and one of its answer; what was left comes back meanwhile.
      ["orchestrator_rate_limiter_tokens_remaining", { session: "limited" }, (n) => n <= 0 && n >= -2 * 5],
    ],
    levels: [["orchestrator_rate_limiter_tokens_remaining", { session: "limited" }, (n) => n >= 990]],
  },
  {
    what: "health checks",
    act: (server) => Promise.all(["/livez", "/readyz", "/health"].map((url) => server.ask(url, KEYS.prod))),
    changes: [
      ["distributed_llm_health_check_total", { node_id, status: "pass" }, 3],
      ["distributed_llm_health_checks_total", { node_id, status: "pass" }, 3],
      ["distributed_llm_health_check_latency_seconds_count", { node_id }, 3],
      httpAnswer(200, "/livez", "GET"),
    ],
  },
  {
    what: "a count of tokens, which the engine host is called for",
    act: (server) => server.ask("/tokenize", KEYS.prod, { content: "Hello!" }),
    changes: [["distributed_llm_network_latency_seconds_count", { node_id, target_node: model }, 1]],
  },
];

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { errorOf, readUntil, Stand } from "./stand.js";

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start({ maxQueue: 1 });
});
afterAll(() => stand.close());

const CHAT = 'model="scripted",route="/v1/chat/completions"';
const MODEL = 'model="scripted"';

/** Waits until each series has gained so much by what `act` does. */
async function gains(wanted: Record<string, number>, act: () => Promise<unknown>): Promise<void> {
  const values = async () =>
    Promise.all(Object.keys(wanted).map(async (series) => (await stand.metric(series)) || 0));
  const before = await values();
  await act();
  await vi.waitFor(
    async () => {
      const after = await values();
      const gained = Object.keys(wanted).map((series, i) => [series, round(after[i]! - before[i]!)]);
      expect(Object.fromEntries(gained)).toEqual(wanted);
    },
    { timeout: 10_000, interval: 5 },
  );
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

const text = async (response: Promise<Response>) => (await response).text();

describe("a request", () => {
  it("is counted by model, route, tenant and outcome, and has its first token once", () =>
    gains(
      {
        [`tacho_requests_total{${CHAT},outcome="stop"}`]: 1,
        [`tacho_requests_total{model="scripted",route="/v1/completions",outcome="stop"}`]: 1,
        'tacho_tenant_requests_total{tenant="default",outcome="stop"}': 2,
        [`tacho_request_duration_seconds_count{${CHAT}}`]: 1,
        [`tacho_time_to_first_token_seconds_count{${CHAT}}`]: 1,
        [`tacho_model_uses_total{${MODEL},residency="hit"}`]: 2,
        [`tacho_model_uses_total{${MODEL},residency="miss"}`]: 0,
      },
      async () => {
        await text(stand.chat("words 3"));
        await text(stand.complete("words 3"));
      },
    ));

  it("leaves the engine's instants and tokens behind", () =>
    gains(
      {
        [`tacho_request_prefill_duration_seconds_sum{${MODEL}}`]: 0.25,
        [`tacho_request_decode_duration_seconds_sum{${MODEL}}`]: 1.5,
        [`tacho_request_inference_duration_seconds_sum{${MODEL}}`]: 1.75,
        [`tacho_request_time_per_output_token_seconds_sum{${MODEL}}`]: 0.375,
        [`tacho_request_time_per_output_token_seconds_count{${MODEL}}`]: 1,
        [`tacho_request_prompt_tokens_sum{${MODEL}}`]: 7,
        [`tacho_request_generation_tokens_sum{${MODEL}}`]: 5,
        [`tacho_request_context_tokens_sum{${MODEL}}`]: 12,
        [`tacho_request_max_tokens_sum{${MODEL}}`]: 64,
        [`tacho_request_choices_sum{${MODEL}}`]: 1,
        [`tacho_context_limit_reached_total{${MODEL}}`]: 0,
        [`tacho_engine_requests_total{${MODEL},status="success"}`]: 1,
        [`tacho_request_engine_duration_seconds_count{${MODEL}}`]: 1,
      },
      () => text(stand.chat("timed 0", { max_tokens: 64 })),
    ));

  it("has the time of a first token that has no text", () =>
    gains(
      {
        [`tacho_time_to_first_token_seconds_count{${CHAT}}`]: 1,
        [`tacho_time_to_first_token_seconds_sum{${CHAT}}`]: 0.5,
      },
      () => text(stand.chat("timed 0 silent")),
    ));

  it("counts its answers once, and each of the engine's requests", () =>
    gains(
      {
        [`tacho_request_choices_sum{${MODEL}}`]: 2,
        [`tacho_request_choices_count{${MODEL}}`]: 1,
        [`tacho_engine_requests_total{${MODEL},status="success"}`]: 2,
        [`tacho_request_max_tokens_count{${MODEL}}`]: 0,
        [`tacho_time_to_first_token_seconds_count{${CHAT}}`]: 1,
      },
      () => text(stand.chat("words 2", { n: 2 })),
    ));

  it("tells a full context from a limit", async () => {
    const series = `tacho_context_limit_reached_total{${MODEL}}`;
    await gains({ [series]: 1 }, () => text(stand.chat("full", { max_tokens: 9 })));
    await gains({ [series]: 1 }, () => text(stand.chat("full")));
    await gains({ [series]: 0 }, () => text(stand.chat("words 3", { max_tokens: 2 })));
  });

  it("that fails is counted by code and stage", () =>
    gains(
      {
        [`tacho_request_errors_total{${CHAT},stage="request",code="invalid_value"}`]: 1,
        [`tacho_request_errors_total{${CHAT},stage="assemble",code="context_length_exceeded"}`]: 1,
        [`tacho_request_errors_total{${CHAT},stage="inference",code="engine_failed"}`]: 1,
        [`tacho_engine_requests_total{${MODEL},status="invalid"}`]: 1,
        [`tacho_engine_requests_total{${MODEL},status="error"}`]: 1,
        [`tacho_admission_rejections_total{${CHAT}}`]: 0,
      },
      async () => {
        await text(stand.chat("words 1", { temperature: 9 }));
        await text(stand.chat("toolong"));
        await text(stand.chat("broken"));
      },
    ));

  it("whose client leaves is an error of its stream, and cancelled in the engine", () =>
    gains(
      {
        [`tacho_request_errors_total{${CHAT},stage="stream",code="client_abort"}`]: 1,
        [`tacho_requests_total{${CHAT},outcome="cancelled"}`]: 1,
        [`tacho_engine_requests_total{${MODEL},status="cancelled"}`]: 1,
        'tacho_streams_ended_total{route="/v1/chat/completions",how="cancelled"}': 1,
        [`tacho_stage_shed_total{${MODEL},stage="stream"}`]: 0,
      },
      async () => {
        const leaving = new AbortController();
        const response = await stand.chat("stall", { stream: true }, { signal: leaving.signal });
        await readUntil(response, "waiting");
        leaving.abort();
      },
    ));

  it("beyond its own time is one that the engine ended for that", () =>
    gains(
      {
        [`tacho_request_errors_total{${CHAT},stage="inference",code="deadline_exceeded"}`]: 1,
        [`tacho_engine_requests_total{${MODEL},status="timeout"}`]: 1,
      },
      () => text(stand.chat("stall", { timeout_ms: 20 })),
    ));

  it("waits under its route, and is shed where the queue is full", async () => {
    const waiting = `tacho_requests_waiting{${CHAT}}`;
    const leaving = new AbortController();
    const { signal } = leaving;
    const held = ["stall", "stall"].map((script) => stand.complete(script, {}, { signal }));
    await gains({}, () => vi.waitUntil(async () => (await stand.metric("tacho_requests_running")) === 2));
    const queued = stand.chat("words 1", {}, { signal });
    await vi.waitFor(async () => expect(await stand.metric(waiting)).toBe(1));
    expect(await stand.metric(`tacho_stage_depth{${MODEL},stage="inference"}`)).toBe(1);
    expect(await stand.metric('tacho_requests_waiting{model="scripted",route="/v1/completions"}')).toBe(0);
    await gains(
      {
        [`tacho_admission_rejections_total{${CHAT},reason="queue_full"}`]: 1,
        [`tacho_stage_shed_total{${MODEL},stage="inference"}`]: 1,
        [`tacho_requests_total{${CHAT},outcome="rejected"}`]: 1,
      },
      () => text(stand.chat("words 1")),
    );
    leaving.abort();
    await Promise.allSettled([...held, queued]);
    await vi.waitFor(async () => expect(await stand.metric("tacho_requests_running")).toBe(0));
    expect(await stand.metric(waiting)).toBe(0);
  });
});

describe("a stream", () => {
  const ROUTE = 'route="/v1/chat/completions"';

  it("is counted from its head to its end, with its tokens", () =>
    gains(
      {
        [`tacho_streams_opened_total{${ROUTE}}`]: 1,
        [`tacho_streams_ended_total{${ROUTE},how="finished"}`]: 1,
        [`tacho_stream_open_duration_seconds_count{${ROUTE}}`]: 1,
        [`tacho_stream_duration_seconds_count{${ROUTE}}`]: 1,
        [`tacho_streamed_tokens_total{${ROUTE}}`]: 6,
        [`tacho_stage_requests_total{${MODEL},stage="stream"}`]: 1,
        [`tacho_stage_duration_seconds_count{${MODEL},stage="stream"}`]: 1,
        // Each word comes in a message of its own.
        [`tacho_token_delivery_jitter_seconds_count{${MODEL}}`]: 4,
      },
      () => text(stand.chat("words 6", { stream: true })),
    ));

  it("that fails is broken", () =>
    gains({ [`tacho_streams_ended_total{${ROUTE},how="broken"}`]: 1 }, () =>
      text(stand.chat("stall", { stream: true, timeout_ms: 300 })),
    ));

  it("that its client does not read pushes back, and is shed", async () => {
    let unread!: Response;
    await gains(
      {
        [`tacho_streams_ended_total{${ROUTE},how="broken"}`]: 1,
        [`tacho_stage_shed_total{${MODEL},stage="stream"}`]: 1,
        [`tacho_request_errors_total{${CHAT},stage="stream",code="client_unread"}`]: 1,
        [`tacho_requests_total{${CHAT},outcome="cancelled"}`]: 1,
        [`tacho_engine_requests_total{${MODEL},status="cancelled"}`]: 1,
      },
      async () => {
        unread = await stand.chat("flood", { stream: true });
      },
    );
    expect(await stand.metric(`tacho_stream_backpressure_total{${ROUTE}}`)).toBeGreaterThan(0);
    await unread.body!.cancel().catch(() => undefined);
  });

  it("is none where the answer is sent in one piece", () =>
    gains(
      {
        [`tacho_streams_opened_total{${ROUTE}}`]: 0,
        [`tacho_streamed_tokens_total{${ROUTE}}`]: 0,
        [`tacho_stage_requests_total{${MODEL},stage="stream"}`]: 1,
        [`tacho_stage_duration_seconds_count{${MODEL},stage="stream"}`]: 1,
      },
      () => text(stand.chat("words 2")),
    ));
});

describe("a session", () => {
  const session = (id: string) => ({
    headers: { "content-type": "application/json", "x-session-id": id },
  });
  const turns = (affinity: string) => `tacho_session_turns_total{${MODEL},affinity="${affinity}"}`;

  it("begins with its first request, and tells whether it stays with its replica", () =>
    gains(
      {
        [`tacho_sessions_active{${MODEL}}`]: 1,
        [`tacho_sessions_started_total{${MODEL},tenant="default"}`]: 1,
        [turns("hit")]: 1,
        [turns("miss")]: 1,
      },
      async () => {
        await text(stand.chat("timed 1", {}, session("one")));
        await text(stand.chat("timed 1", {}, session("one")));
        await text(stand.chat("timed 0", {}, session("one")));
      },
    ));

  it("is the user's where there is no header, on every route", () =>
    gains({ [`tacho_sessions_active{${MODEL}}`]: 2, tacho_active_users: 2 }, async () => {
      await text(stand.chat("words 1", { user: "u1" }));
      await text(stand.complete("words 1", { safety_identifier: "u1" }));
      const messages = [{ role: "user", content: "words 1" }];
      await text(stand.post("/v1/messages", { messages, max_tokens: 1, metadata: { user_id: "u2" } }));
    }));

  it.each(["with space", "x".repeat(257), "ü"])("refuses the name '%s'", async (id) => {
    const response = await stand.chat("words 1", {}, session(id));
    expect(response.status).toBe(400);
    const { code, message } = await errorOf(response);
    expect(code).toBe("invalid_value");
    expect(message).toContain("header 'X-Session-Id' to be 1 to 256 printable ASCII characters");
  });
});

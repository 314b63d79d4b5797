import { request as send } from "node:http";
import { writeFileSync, mkdtempSync } from "node:fs";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { VERSION } from "../../src/server/package-info.js";
import { Stand } from "./stand.js";

const BODY = JSON.stringify({ messages: [{ role: "user", content: "words 3 Grüße" }] });
const ADMIN = "sk-admin-0123456789abcdef";
const LIMITED = "sk-limited-0123456789abcdef";

let stand: Stand;
const time = 0;
beforeAll(async () => {
  const file = join(mkdtempSync(join(tmpdir(), "tacho-keys-")), "keys.json");
  const keys = [
    { name: "root", key: ADMIN, admin: true },
    {
      name: "one",
      tenant: "team",
      key: LIMITED,
      requestsPerMinute: 6,
      tokensPerMinute: 100,
      models: ["scripted"],
    },
  ];
  writeFileSync(file, JSON.stringify(keys));
  stand = await Stand.start({ apiKeysFile: file, environment: "test" }, () => time, [{ id: "second" }]);
});
afterAll(() => stand.close());

const headers = (key = ADMIN) => ({ "content-type": "application/json", authorization: `Bearer ${key}` });
const counted = (series: string, value: number) =>
  vi.waitFor(async () => expect(await stand.metric(series)).toBe(value), { timeout: 10_000, interval: 5 });

describe("an HTTP exchange", () => {
  const CHAT = 'method="POST",route="/v1/chat/completions"';

  it("leaves the sizes of its bodies behind, those of a stream too", async () => {
    const answer = Buffer.from(
      await (await stand.post("/v1/chat/completions", BODY, { headers: headers() })).arrayBuffer(),
    );
    await counted(`tacho_http_request_size_bytes_sum{${CHAT}}`, Buffer.byteLength(BODY));
    await counted(`tacho_http_response_size_bytes_sum{${CHAT}}`, answer.length);
    const streamed = `${BODY.slice(0, -1)},"stream":true}`;
    const response = await stand.post("/v1/chat/completions", streamed, { headers: headers() });
    const events = Buffer.from(await response.arrayBuffer());
    await counted(`tacho_http_response_size_bytes_sum{${CHAT}}`, answer.length + events.length);
    await counted(`tacho_http_request_size_bytes_count{${CHAT}}`, 2);
    await counted(`tacho_http_request_duration_seconds_count{${CHAT},code="200"}`, 2);
  });

  it("whose body comes in chunks has its bytes counted too", async () => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(stand.url);
      const options = { port, method: "POST", path: "/tokenize", headers: headers() };
      const outgoing = send(options, (incoming) =>
        incoming.resume().on("end", () => resolve(incoming.statusCode)),
      );
      outgoing.on("error", reject);
      outgoing.write('{"content":');
      outgoing.end('"abc"}');
    });
    expect(status).toBe(200);
    await counted('tacho_http_request_size_bytes_sum{route="/tokenize"}', 17);
  });

  it("that is refused is counted by what it lacked", async () => {
    await stand.post("/v1/chat/completions", BODY, { headers: headers("sk-wrong-0123456789abcdef") });
    await fetch(`${stand.url}/metrics`, { headers: headers(LIMITED) });
    await fetch(`${stand.url}/v1/models/second`, { headers: headers(LIMITED) });
    await fetch(`${stand.url}/v1/models/unheard-of`, { headers: headers(LIMITED) });
    await counted('tacho_authorization_denials_total{scope="key"}', 1);
    await counted('tacho_authorization_denials_total{scope="admin"}', 1);
    await counted('tacho_authorization_denials_total{scope="model"}', 1);
    await counted('tacho_authorization_denials_total{scope="host"}', 0);
  });

  it("that is a health check is counted by its verdict", async () => {
    for (const probe of ["livez", "readyz", "health"]) await fetch(`${stand.url}/${probe}`);
    for (const probe of ["livez", "readyz", "health"])
      await counted(`tacho_health_checks_total{probe="${probe}",status="pass"}`, 1);
    await counted('tacho_health_checks_total{status="fail"}', 0);
    await counted("tacho_health_check_duration_seconds_count", 3);
  });
});

describe("a tenant", () => {
  it("shows what is left of its limits, and is refused when nothing is", async () => {
    const left = (of: string) => `tacho_rate_limit_remaining{tenant="team",of="${of}"}`;
    await counted("tacho_api_keys", 2);
    await counted(left("requests"), 6);
    await counted(left("tokens"), 100);
    await (await stand.post("/v1/chat/completions", BODY, { headers: headers(LIMITED) })).text();
    await counted(left("requests"), 5);
    await counted(left("tokens"), 90);
    for (let i = 0; i < 6; i++)
      await (await stand.post("/v1/completions", {}, { headers: headers(LIMITED) })).text();
    await counted('tacho_admission_rejections_total{route="/v1/completions",reason="rate_limit"}', 1);
    await counted('tacho_tenant_requests_total{tenant="team",outcome="rejected"}', 1);
    await counted('tacho_stage_shed_total{stage="inference"}', 0);
  });
});

describe("the node", () => {
  it("says what it is", async () => {
    await counted(`tacho_build_info{version="${VERSION}"}`, 1);
    await counted(`tacho_build_info{version="${VERSION}",libraries="prebuilt"}`, 1);
    await counted(`tacho_node_info{node="${hostname()}",environment="test",cluster="default"}`, 1);
    await counted("tacho_node_cpu_cores", availableParallelism());
    expect(await stand.metric("tacho_uptime_seconds")).toBeGreaterThan(0);
    const startedAt = await stand.metric("tacho_start_time_seconds");
    expect(Math.abs(startedAt + process.uptime() - Date.now() / 1000)).toBeLessThan(5);
    expect(await stand.metric('tacho_node_memory_bytes{state="free"}')).toBeGreaterThan(0);
    expect(await stand.metric("tacho_layers_capacity")).toBeGreaterThan(0);
  });

  it("brings the time of its cores up every second", () =>
    vi.waitFor(async () => expect(await stand.metric("tacho_node_cpu_seconds_total")).toBeGreaterThan(0.5), {
      timeout: 15_000,
      interval: 50,
    }));
});

describe("an engine host", () => {
  it("shows its state, its channel and what it is asked", async () => {
    const state = (name: string) =>
      `tacho_engine_host_state{model="scripted",tacho_engine_host_state="${name}"}`;
    await counted(state("ready"), 1);
    await counted(state("down"), 0);
    await counted("tacho_models_loaded", 1);
    await counted("tacho_engine_connections", 1);
    await counted('tacho_model_load_duration_seconds_count{model="scripted",source="disk"}', 1);
    await counted('tacho_engine_host_transitions_total{model="scripted",from="starting",to="ready"}', 1);
    await counted('tacho_engine_messages_total{direction="incoming",type="ready"}', 1);
    await counted('tacho_engine_messages_total{direction="outgoing",type="start"}', 1);
    const calls = 'tacho_engine_call_duration_seconds_count{model="scripted",operation="detokenize"}';
    const before = await stand.metric('tacho_engine_messages_total{direction="incoming",type="answer"}');
    await stand.post("/detokenize", { tokens: [65] }, { headers: headers() });
    await counted(calls, 1);
    await counted('tacho_engine_messages_total{direction="incoming",type="answer"}', before + 1);
  });

  it("that ends unasked is counted, with the time until the next success", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const crash = JSON.stringify({ messages: [{ role: "user", content: "exit" }] });
    await (await stand.post("/v1/chat/completions", crash, { headers: headers() })).text();
    await counted('tacho_engine_host_failures_total{model="scripted"}', 1);
    await counted('tacho_engine_requests_total{model="scripted",status="lost"}', 1);
    await counted('tacho_engine_host_transitions_total{model="scripted",from="ready",to="down"}', 1);
    await counted('tacho_admission_rejections_total{reason="engine_down"}', 0);
    await (await stand.post("/v1/chat/completions", BODY, { headers: headers() })).text();
    await counted('tacho_failover_duration_seconds_count{model="scripted"}', 1);
    await counted('tacho_engine_host_transitions_total{model="scripted",from="down",to="starting"}', 1);
    await counted("tacho_models_loaded", 1);
    await counted("tacho_engine_connections", 1);
    await (await stand.post("/v1/chat/completions", BODY, { headers: headers() })).text();
    await counted('tacho_failover_duration_seconds_count{model="scripted"}', 1);
    vi.restoreAllMocks();
  });
});

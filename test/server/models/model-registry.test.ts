import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ModelInfo } from "../../../src/engine/messages.js";
import type { EngineLinkEvents, EngineState } from "../../../src/server/engine-link.js";
import { ANONYMOUS } from "../../../src/server/access/tenant.js";
import { ApiError } from "../../../src/server/errors.js";
import type { ModelMeters } from "../../../src/server/meters.js";
import { ModelRegistry, type Lease, type RegistryLimits } from "../../../src/server/models/model-registry.js";
import { ServedModel, type ModelLink } from "../../../src/server/models/served-model.js";

const WAIT_SECONDS = 40;
/** After which a model in use makes way. */
const PATIENCE_SECONDS = WAIT_SECONDS / 4;

/** A host that does what the test says. */
class ScriptedLink implements ModelLink {
  state: EngineState = "loading";
  ended = false;
  #started!: { resolve: (info: ModelInfo) => void; reject: (error: Error) => void };

  constructor(
    private readonly id: string,
    readonly file: string | null,
    private readonly events: Pick<EngineLinkEvents, "onReady" | "onDown">,
  ) {}

  start(): Promise<ModelInfo> {
    return new Promise((resolve, reject) => (this.#started = { resolve, reject }));
  }

  ready(bytes: number): void {
    this.state = "ready";
    const info = { id: this.id, file: `/found/${this.id}`, kind: "generation", slots: 2, sizeBytes: bytes };
    const model = { ...info, cacheBytes: 0 } as ModelInfo;
    this.events.onReady(model);
    this.#started.resolve(model);
  }

  fail(message: string): void {
    this.#started.reject(new Error(message));
  }

  down(): void {
    this.state = "restarting";
    this.events.onDown("died", 1);
  }

  stop(): Promise<void> {
    this.ended = true;
    return Promise.resolve();
  }

  kill(): void {
    this.ended = true;
  }

  submit(): void {}
  cancel(): void {}
  call(): Promise<never> {
    return new Promise(() => undefined);
  }
}

/** Each model's links, in the order in which they were made. */
let links: Map<string, ScriptedLink[]>;
let registry: ModelRegistry;
let told: string[];
let counts: Record<string, number>;

/** Counts in `counts`. Real ones hold the whole segment, which the comparing of models would go through. */
function metersOf(id: string): ModelMeters {
  const handle = (name: string) => ({
    inc: (change = 1) => (counts[`${id} ${name}`] = (counts[`${id} ${name}`] ?? 0) + change),
    set: () => undefined,
  });
  return {
    ofRoute: () => ({ waiting: handle("waiting") }),
    depth: handle("depth"),
    running: handle("running"),
    uses: { hit: handle("hit"), miss: handle("miss") },
    evictions: handle("evictions"),
  } as unknown as ModelMeters;
}

/** @param sizes Bytes of each model's files. */
function make(sizes: Record<string, number>, limits: Partial<RegistryLimits> = {}): void {
  const models = Object.entries(sizes).map(
    ([id, bytes]) =>
      new ServedModel({
        ...{ id, bytes, adapters: id === "a" ? [{ name: "a-lora", path: "x", scale: 1 }] : [] },
        limits: {
          waiting: 10,
          waitingBytes: 1000,
          waitingTokens: 1000,
          waitSeconds: WAIT_SECONDS,
          prioritySeconds: 10,
        },
        meters: metersOf(id),
        connect: (events, file) => {
          const link = new ScriptedLink(id, file, events);
          links.set(id, [...(links.get(id) ?? []), link]);
          return link;
        },
      }),
  );
  registry = new ModelRegistry(models, {
    budget: Infinity,
    waitSeconds: WAIT_SECONDS,
    waiting: 10,
    waitingBytes: 10,
    ...limits,
  });
}

const ask = (name?: string, bytes = 1) => ({ name, bytes, tenant: ANONYMOUS, route: "/v1/completions" });
const model = (id: string) => registry.find(id, ANONYMOUS).model;
const link = (id: string) => links.get(id)!.at(-1)!;
const states = () => Object.fromEntries(registry.models.map(({ id, state }) => [id, state]));
/** All that can happen without time passing has happened. */
const settled = () => vi.advanceTimersByTimeAsync(0);
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

/** What became of a lease: the lease, an error's code, or nothing yet. */
function lease(name?: string, gone?: AbortSignal): { got: Lease | string | undefined; release: () => void } {
  const asked: ReturnType<typeof lease> = {
    got: undefined,
    release: () => (asked.got as Lease).release(),
  };
  registry.lease(ask(name), gone).then(
    (given) => (asked.got = given),
    (error: unknown) => (asked.got = error instanceof ApiError ? error.code : String(error)),
  );
  return asked;
}

async function loaded(id: string, bytes = 0): Promise<void> {
  const asked = lease(id);
  await settled();
  link(id).ready(bytes);
  await settled();
  asked.release();
}

beforeEach(() => {
  vi.useFakeTimers();
  links = new Map();
  told = [];
  counts = {};
  vi.spyOn(process.stderr, "write").mockImplementation((line) => told.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a model that is not loaded", () => {
  it("is loaded by the first request that names it; all wait for the one load", async () => {
    make({ a: 1, b: 1 });
    const asked = [lease("b"), lease("b")];
    await settled();
    expect(states()).toEqual({ a: "unloaded", b: "loading" });
    expect(asked.map(({ got }) => got)).toEqual([undefined, undefined]);
    await seconds(3);
    link("b").ready(1);
    await settled();
    expect(asked.map(({ got }) => got)).toMatchObject([{ model: model("b"), waited: 3 }, { waited: 3 }]);
    expect(links.get("b")).toHaveLength(1);
    expect(states()).toEqual({ a: "unloaded", b: "loaded" });
    lease("b");
    await settled();
    expect(counts).toMatchObject({ "b miss": 2, "b hit": 1, "b waiting": 0 });
  });

  it("is the first where none is named, or the one of the adapter that is", async () => {
    make({ a: 1, b: 1 });
    await loaded("a");
    const asked = [lease(), lease("a-lora"), lease("c")];
    await settled();
    expect(asked.map(({ got }) => got)).toMatchObject([
      { model: model("a"), adapter: "" },
      { model: model("a"), adapter: "a-lora" },
      "model_not_found",
    ]);
  });

  it("keeps a request waiting for as long as it may wait, and no longer", async () => {
    make({ a: 1 });
    const asked = lease("a");
    await seconds(WAIT_SECONDS - 0.001);
    expect(asked.got).toBeUndefined();
    await seconds(0.001);
    expect(asked.got).toBe("model_loading");
    // It goes on loading, for the next one.
    link("a").ready(1);
    const next = lease("a");
    await settled();
    expect(next.got).toMatchObject({ waited: 0 });
  });

  it("keeps so many waiting, and no more", async () => {
    make({ a: 1, b: 1 }, { waiting: 2 });
    const asked = [lease("a"), lease("b"), lease("b")];
    await settled();
    expect(asked.map(({ got }) => got)).toEqual([undefined, undefined, "queue_full"]);
    expect(counts).toMatchObject({ "a waiting": 1, "a depth": 1, "b waiting": 1 });
  });

  it("is not waited for by a client that has left already", async () => {
    make({ a: 1 });
    const asked = lease("a", AbortSignal.abort());
    await settled();
    expect(asked.got).toBe("model_loading");
  });

  it("keeps so many bytes waiting, and takes others when they are gone", async () => {
    make({ a: 1 }, { waitingBytes: 10 });
    const code = (asked: Promise<unknown>) => asked.catch((error: unknown) => (error as ApiError).code);
    const gone = new AbortController();
    const first = code(registry.lease(ask("a", 6), gone.signal));
    expect(await code(registry.lease(ask("a", 5)))).toBe("queue_full");
    gone.abort();
    await first;
    const second = registry.lease(ask("a", 10));
    link("a").ready(1);
    expect(await second).toMatchObject({ waited: 0 });
  });

  it("is not waited for by a client that has left", async () => {
    make({ a: 1 });
    const gone = new AbortController();
    const asked = lease("a", gone.signal);
    await settled();
    gone.abort();
    await settled();
    expect(asked.got).toBe("model_loading");
    expect(model("a").awaited).toBe(0);
  });

  it("is not waited for past what the wait ends with", async () => {
    make({ a: 1 });
    const gone = new AbortController();
    const asked = lease("a", gone.signal);
    await settled();
    gone.abort(new ApiError("deadline_exceeded", { seconds: 1 }));
    await settled();
    expect(asked.got).toBe("deadline_exceeded");
  });

  it("is loaded from where it was found before", async () => {
    make({ a: 3, b: 3 }, { budget: 5 });
    await loaded("a", 3);
    expect(link("a").file).toBeNull();
    await loaded("b", 3);
    lease("a");
    await settled();
    expect(link("a").file).toBe("/found/a");
  });
});

describe("a budget", () => {
  it("holds as many models as fit; the least recently used one makes way", async () => {
    make({ a: 2, b: 2, c: 2 }, { budget: 5 });
    await loaded("a", 2);
    await seconds(1);
    await loaded("b", 2);
    await seconds(1);
    const again = lease("a");
    await settled();
    again.release();
    await loaded("c", 2);
    expect(states()).toEqual({ a: "loaded", b: "unloaded", c: "loaded" });
    expect(link("b").ended).toBe(true);
  });

  it("never unloads a model that is in use: the next waits until it is not", async () => {
    make({ a: 3, b: 3 }, { budget: 5 });
    await loaded("a", 3);
    const user = lease("a");
    await settled();
    const asked = lease("b");
    await seconds(1);
    expect(states()).toEqual({ a: "loaded", b: "unloaded" });
    user.release();
    await settled();
    expect(states()).toEqual({ a: "unloaded", b: "loading" });
    link("b").ready(3);
    await settled();
    expect(asked.got).toMatchObject({ waited: 1 });
  });

  it("lets a request wait for room for as long as it may wait", async () => {
    make({ a: 3, b: 3 }, { budget: 5 });
    await loaded("a", 3);
    const user = lease("a");
    await settled();
    const asked = lease("b");
    await seconds(WAIT_SECONDS);
    expect(asked.got).toBe("model_loading");
    // Nobody waits for it any more: it is not loaded when there is room.
    user.release();
    await settled();
    expect(states()).toEqual({ a: "loaded", b: "unloaded" });
    const next = lease("a");
    await settled();
    expect(next.got).toMatchObject({ model: model("a") });
  });

  it("gives two models that are never idle their turns", async () => {
    make({ a: 3, b: 3 }, { budget: 5 });
    await loaded("a", 3);
    const users = [lease("a")];
    await settled();
    const asked = lease("b");
    await seconds(PATIENCE_SECONDS - 1);
    users.push(lease("a"));
    await settled();
    expect(users[1]!.got).toMatchObject({ model: model("a") });
    await seconds(1);
    // From now on "a" takes no newcomers, but those who use it go on.
    const newcomer = lease("a");
    users[0]!.release();
    await settled();
    expect([newcomer.got, states()["a"]]).toEqual([undefined, "loaded"]);
    users[1]!.release();
    await settled();
    link("b").ready(3);
    await settled();
    expect(asked.got).toMatchObject({ model: model("b") });
    asked.release();
    await settled();
    link("a").ready(3);
    await settled();
    expect(newcomer.got).toMatchObject({ model: model("a"), waited: 0 });
  });

  it("gives a model its turn beside one whose short requests never stop", async () => {
    make({ a: 3, b: 3 }, { budget: 5 });
    await loaded("a", 3);
    let user = lease("a");
    await settled();
    const asked = lease("b");
    for (let second = 0; second < PATIENCE_SECONDS; second++) {
      expect(user.got).toMatchObject({ model: model("a") });
      await seconds(1);
      const next = lease("a");
      await settled();
      user.release();
      user = next;
    }
    await settled();
    expect(states()).toEqual({ a: "unloaded", b: "loading" });
    link("b").ready(3);
    await settled();
    expect(asked.got).toMatchObject({ model: model("b"), waited: PATIENCE_SECONDS });
  });

  it("asks the next one to make way where one is not enough, after as long again", async () => {
    make({ a: 2, b: 2, c: 4 }, { budget: 4 });
    await loaded("a", 2);
    await loaded("b", 2);
    lease("a");
    lease("b");
    await settled();
    lease("c");
    await seconds(PATIENCE_SECONDS);
    expect([model("a").retiring, model("b").retiring]).toEqual([true, false]);
    await seconds(PATIENCE_SECONDS - 1);
    expect(model("b").retiring).toBe(false);
    await seconds(1);
    expect(model("b").retiring).toBe(true);
  });

  it("makes room in the order of asking, for those that are still asked for", async () => {
    make({ a: 3, b: 3, c: 1 }, { budget: 5 });
    await loaded("a", 3);
    lease("a");
    await settled();
    const gone = new AbortController();
    lease("b", gone.signal);
    lease("c");
    await settled();
    expect(states()).toEqual({ a: "loaded", b: "unloaded", c: "unloaded" });
    gone.abort();
    await settled();
    expect(states()).toEqual({ a: "loaded", b: "unloaded", c: "loading" });
  });

  it("lets models load at the same time that fit together", async () => {
    make({ a: 2, b: 2, c: 2 }, { budget: 5 });
    for (const id of ["a", "b", "c"]) lease(id);
    await settled();
    expect(states()).toEqual({ a: "loading", b: "loading", c: "unloaded" });
  });

  it("counts what a model takes once loaded, and takes no more than there is", async () => {
    make({ a: 1, b: 1, c: 1 }, { budget: 5 });
    await loaded("a", 1);
    await seconds(1);
    await loaded("b", 1);
    await loaded("c", 4);
    expect(states()).toEqual({ a: "unloaded", b: "loaded", c: "loaded" });
  });

  it("does not keep out a model that turned out to be too large for it alone", async () => {
    make({ a: 0, b: 1 }, { budget: 5 });
    await loaded("a", 9);
    expect(states()).toEqual({ a: "loaded", b: "unloaded" });
    await loaded("b", 1);
    await loaded("a", 9);
    expect(states()).toEqual({ a: "loaded", b: "unloaded" });
  });

  it("does not unload a model between its load and those who waited for it", async () => {
    make({ a: 3, b: 3 }, { budget: 5 });
    const asked = [lease("a"), lease("b")];
    await settled();
    link("a").ready(3);
    await settled();
    expect(asked[0]!.got).toMatchObject({ model: model("a") });
    expect(states()).toEqual({ a: "loaded", b: "unloaded" });
  });
});

describe("a model that cannot be loaded", () => {
  it("fails all who wait, and is tried again after a while, longer each time", async () => {
    make({ a: 1, b: 1 });
    for (const pause of [5, 10]) {
      const asked = [lease("b"), lease("b")];
      await settled();
      link("b").fail("It is damaged.");
      await settled();
      expect(asked.map(({ got }) => got)).toEqual(["model_failed", "model_failed"]);
      expect(states()).toEqual({ a: "unloaded", b: "failed" });
      await seconds(pause - 1);
      const early = await registry.lease(ask("b")).catch((error: unknown) => error as ApiError);
      expect(early).toMatchObject({ code: "model_failed", headers: { "retry-after": "1" } });
      await seconds(1);
    }
    expect(links.get("b")).toHaveLength(2);
    expect(told).toEqual(Array(2).fill("tacho: the model 'b' could not be loaded: It is damaged.\n"));
    const asked = lease("b");
    await settled();
    link("b").ready(1);
    await settled();
    expect(asked.got).toMatchObject({ model: model("b") });
  });

  it("takes no room", async () => {
    make({ a: 3, b: 3 }, { budget: 5 });
    lease("a");
    await settled();
    link("a").fail("No memory.");
    await loaded("b", 3);
    expect(states()).toEqual({ a: "failed", b: "loaded" });
  });

  it("ends the program when it is the first at the start, which says why", async () => {
    make({ a: 1 });
    const first = expect(registry.loadFirst()).rejects.toThrow("No memory.");
    await settled();
    link("a").fail("No memory.");
    await first;
    expect(told).toEqual([]);
  });
});

describe("preloading", () => {
  it("loads the others one after the other, as far as they fit", async () => {
    make({ a: 1, b: 1, c: 9, d: 1, e: 1 }, { budget: 5 });
    const first = registry.loadFirst();
    await settled();
    link("a").ready(1);
    await first;
    void registry.loadOthers();
    await settled();
    expect(states()).toMatchObject({ b: "loading", d: "unloaded" });
    link("b").ready(1);
    await settled();
    expect(states()).toMatchObject({ c: "unloaded", d: "loading" });
    link("d").fail("It is damaged.");
    await settled();
    link("e").ready(1);
    await settled();
    expect(states()).toEqual({ a: "loaded", b: "loaded", c: "unloaded", d: "failed", e: "loaded" });
    expect(told).toEqual([
      "tacho: the model 'c' is loaded when it is asked for: there is no room for it now\n",
      "tacho: the model 'd' could not be loaded: It is damaged.\n",
    ]);
  });
});

describe("a model whose host died", () => {
  it("is loading for those who look, but keeps those who ask", async () => {
    make({ a: 1 });
    await loaded("a");
    link("a").down();
    expect(states()).toEqual({ a: "loading" });
    const asked = lease("a");
    await settled();
    expect(asked.got).toMatchObject({ model: model("a") });
    expect(links.get("a")).toHaveLength(1);
  });
});

describe("draining", () => {
  it("refuses newcomers, and ends once the last lease is given back", async () => {
    make({ a: 1, b: 1 });
    await loaded("a");
    const [using, patient] = [lease("a"), lease("b")];
    await settled();
    let drained = false;
    void registry.drain().then(() => (drained = true));
    const late = lease("a");
    await settled();
    expect([late.got, drained]).toEqual(["draining", false]);
    using.release();
    using.release();
    registry.abandon(new ApiError("drain_timeout"));
    await settled();
    expect([patient.got, drained]).toEqual(["drain_timeout", true]);
    await registry.stop();
    expect([link("a").ended, link("b").ended]).toEqual([true, true]);
  });
});

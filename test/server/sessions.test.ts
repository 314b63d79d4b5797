import { beforeEach, describe, expect, it } from "vitest";
import { catalog } from "../../src/metrics/catalog.js";
import { Meters } from "../../src/server/meters.js";
import { Sessions } from "../../src/server/sessions.js";
import { openTelemetry } from "../../src/telemetry/index.js";

const MOST = 3;
const SECONDS = 100;

let telemetry: ReturnType<typeof openTelemetry<(typeof catalog)["metrics"]>>;
let meters: Meters;
let time: number;
let sessions: Sessions;

beforeEach(() => {
  telemetry = openTelemetry(catalog);
  meters = new Meters(telemetry.metrics);
  time = 0;
  sessions = new Sessions(telemetry.metrics, SECONDS, () => time, MOST);
});

const value = ({ cell }: { cell: number }) => telemetry.cells[cell];
const active = (model: string) => value(meters.ofModel(model).sessions);
const started = (model: string, tenant = "t") =>
  value(telemetry.metrics.sessionsStarted.labels({ model, tenant }));
const users = () => value(telemetry.metrics.activeUsers.labels({}));

function turn(id: string, model = "m", replica?: number, tenant = "t"): void {
  const one = sessions.turn(tenant, id);
  one.servedBy(meters.ofModel(model));
  one.ended(replica);
}

describe("sessions", () => {
  it("end when they have been silent for long enough, and begin again after that", () => {
    turn("a");
    time = 60;
    turn("a");
    turn("b");
    time = 159;
    sessions.expire();
    expect(active("m")).toBe(2);
    time = 160;
    sessions.expire();
    expect(active("m")).toBe(0);
    turn("a");
    expect([active("m"), started("m")]).toEqual([1, 3]);
  });

  it("are a tenant's own", () => {
    turn("a", "m", 0, "t");
    turn("a", "m", 0, "u");
    expect([active("m"), started("m", "t"), started("m", "u")]).toEqual([2, 1, 1]);
    expect(value(meters.ofModel("m").sessionTurns.hit)).toBe(0);
  });

  it("are no more than so many: the longest silent goes", () => {
    for (const id of ["a", "b", "c"]) turn(id);
    turn("a");
    turn("d");
    expect([active("m"), started("m")]).toEqual([3, 4]);
    turn("a");
    expect(started("m")).toBe(4);
    turn("b");
    expect([active("m"), started("m")]).toEqual([3, 5]);
  });

  it("of a tenant make room for those of tenants that have fewer, and not the other way round", () => {
    turn("kept", "m", 0, "u");
    for (let i = 0; i < 10; i++) turn(`flood ${i}`);
    turn("kept", "m", 0, "u");
    expect([active("m"), started("m", "u")]).toEqual([MOST, 1]);
    turn("first", "m", 0, "v");
    turn("kept", "m", 0, "u");
    expect([active("m"), started("m", "u")]).toEqual([MOST, 1]);
  });

  it("belong to the model that they asked last, whose replicas are no other's", () => {
    turn("a", "m", 1);
    turn("a", "n", 1);
    expect([active("m"), active("n"), started("m"), started("n")]).toEqual([0, 1, 1, 0]);
    expect(value(meters.ofModel("n").sessionTurns.hit)).toBe(0);
    turn("a", "n", 1);
    turn("a", "n", 0);
    const { hit, miss } = meters.ofModel("n").sessionTurns;
    expect([value(hit), value(miss)]).toEqual([1, 1]);
  });
});

describe("active users", () => {
  it("of one tenant do not make those of another forgotten", () => {
    sessions.seen("u", "kept");
    time = 100;
    for (let i = 0; i < 10; i++) sessions.seen("t", `flood ${i}`);
    expect(users()).toBe(MOST);
    time = 300;
    sessions.expire();
    expect(users()).toBe(MOST - 1);
  });

  it("are told apart, and forgotten after five minutes", () => {
    sessions.seen("t", "a");
    sessions.seen("t", "a");
    sessions.seen("u", "a");
    expect(users()).toBe(2);
    time = 299;
    sessions.seen("u", "a");
    time = 300;
    sessions.expire();
    expect(users()).toBe(1);
  });
});

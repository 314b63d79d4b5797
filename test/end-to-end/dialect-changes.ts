import { parseExposition, type Family, type Sample } from "../telemetry/exposition-parser.js";
import type { DialectServer } from "./dialect-server.js";
import { until } from "./tacho-server.js";

/** The systems whose metrics are driven one by one. Their names differ, so that one text holds them all. */
export const SYSTEMS = ["neuronetes", "distributed-llm", "neurectomy", "ryot", "orchestrator"] as const;

type Labels = Readonly<Record<string, string | number>>;
/** An amount, or what is to be true of it. */
type Amount = number | ((amount: number) => boolean);

/** A sample of these labels, or of all that have them, and by how much their sum changes. */
export type Change = readonly [sample: string, labels: Labels, by: Amount];
/** The same, and what their sum is afterwards. */
export type Level = readonly [sample: string, labels: Labels, is: Amount];

/** Something that happens to a server, and what all systems' metrics make of it. */
export interface KnownEvent {
  readonly what: string;
  /** What it returns, where that is a function, ends a state that is to be looked at first. */
  act(server: DialectServer): Promise<unknown>;
  readonly changes?: readonly Change[];
  readonly levels?: readonly Level[];
}

export const some = (amount: number) => amount > 0;
export const none = 0;
/** Within a share of what is expected: for what is computed from buckets. */
export const about = (value: number, share: number) => (amount: number) =>
  Math.abs(amount - value) <= share * Math.abs(value);

/** All systems' metrics at one moment. */
export class SystemsSnapshot {
  private constructor(readonly families: ReadonlyMap<string, Family>) {}

  static async take(server: DialectServer): Promise<SystemsSnapshot> {
    const { text } = await server.metrics(SYSTEMS.join(","));
    return new SystemsSnapshot(parseExposition(text));
  }

  /** Null where there is no such sample. */
  sum(name: string, labels: Labels): number | null {
    const found = this.#samplesOf(name).filter((sample) => hasLabels(sample, labels));
    return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
  }

  #samplesOf(name: string): readonly Sample[] {
    const family = this.families.get(name) ?? this.families.get(name.replace(/_(bucket|sum|count)$/, ""));
    return (family?.samples ?? []).filter((sample) => sample.name === name);
  }
}

function hasLabels({ labels: own }: Sample, wanted: Labels): boolean {
  return Object.entries(wanted).every(([label, value]) =>
    label === "le" ? Number(own[label]?.replace("+Inf", "Infinity")) === value : own[label] === String(value),
  );
}

/** Floating point adds parts in another order. */
function isAsSaid(amount: number, said: Amount): boolean {
  if (typeof said === "function") return said(amount);
  return Math.abs(amount - said) <= 1e-9 * Math.max(1, Math.abs(said));
}

function described(name: string, labels: Labels): string {
  return `${name}${JSON.stringify(labels)}`;
}

function wrongChanges(
  { changes = [] }: KnownEvent,
  before: SystemsSnapshot,
  after: SystemsSnapshot,
): string[] {
  return changes.flatMap(([name, labels, by]) => {
    const now = after.sum(name, labels);
    // Counters that never counted may have no series yet; one of nothing that is nothing needs none.
    const change = (now ?? 0) - (before.sum(name, labels) ?? 0);
    if ((now !== null || by === 0) && isAsSaid(change, by)) return [];
    return [
      `${described(name, labels)} changed by ${now === null ? "nothing, being absent" : change}, not ${said(by)}`,
    ];
  });
}

function wrongLevels({ levels = [] }: KnownEvent, after: SystemsSnapshot): string[] {
  return levels.flatMap(([name, labels, is]) => {
    const now = after.sum(name, labels);
    if (now !== null && isAsSaid(now, is)) return [];
    return [`${described(name, labels)} is ${now ?? "absent"}, not ${said(is)}`];
  });
}

const said = (amount: Amount) => (typeof amount === "number" ? String(amount) : `as in ${amount.toString()}`);

/**
 * Lets it happen and returns what is not as said. An answer can be read before the last of it is counted, so what is
 * wrong is looked at again for a while.
 */
export async function wrongAfter(server: DialectServer, event: KnownEvent): Promise<string[]> {
  const before = await SystemsSnapshot.take(server);
  const end = await event.act(server);
  let wrong: string[] = [];
  const isRight = async () => {
    const after = await SystemsSnapshot.take(server);
    wrong = [...wrongChanges(event, before, after), ...wrongLevels(event, after)];
    return wrong.length === 0;
  };
  await until(event.what, isRight, 4000).catch(() => undefined);
  if (typeof end === "function") await (end as () => Promise<void>)();
  return wrong;
}

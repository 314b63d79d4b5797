import type { CountMeter } from "./meters.js";

/** How something that was measured ended. */
export type Outcome = "ok" | "error" | "abort";

/** Names the outcome of a failure, out of the user's own closed list. */
export type Classify<O extends string> = (error: unknown) => O;

/** A counter for each outcome. */
export type OutcomeMeters<O extends string> = Readonly<Record<O, CountMeter>>;

function isAbort(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return name === "AbortError" || code === "ABORT_ERR";
}

/** What a failure counts as unless the user says otherwise; also where their own classification fails. */
export function outcomeOf(error: unknown, classify?: Classify<string>): string {
  try {
    return classify?.(error) ?? (isAbort(error) ? "abort" : "error");
  } catch {
    return "error";
  }
}

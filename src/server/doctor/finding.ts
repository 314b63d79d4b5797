import type { Facts } from "./facts.js";

/**
 * - `warning`: it works, but not as well or as widely as it could.
 * - `failure`: the server would not start, or not stay up.
 * - `not-applicable`: there is nothing here to work or to fail, as on a machine without a GPU.
 */
export type Status = "ok" | "warning" | "failure" | "not-applicable";

/** What came of a check, as a phrase, and what mends it. */
export type Finding =
  | { status: "ok"; found: string }
  | { status: "warning" | "failure"; found: string; remedy: string }
  | { status: "not-applicable"; found: string; remedy?: string };

export interface Check {
  /** Stable: scripts that read --json go by it. */
  id: string;
  /** What it checks, in a word or three. */
  title: string;
  run(facts: Facts): Finding;
}

export const ok = (found: string): Finding => ({ status: "ok", found });
export const warning = (found: string, remedy: string): Finding => ({ status: "warning", found, remedy });
export const failure = (found: string, remedy: string): Finding => ({ status: "failure", found, remedy });
/** A remedy that begins as within a sentence, as one of its own. */
export const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
export const notApplicable = (found: string, remedy?: string): Finding =>
  remedy === undefined ? { status: "not-applicable", found } : { status: "not-applicable", found, remedy };

import type { Outcome } from "../catalog.js";

/** How requests ended, as systems say it that know five ways. What the client got wrong is an error to them. */
export const STATUSES = {
  success: ["stop", "length"],
  error: ["error", "invalid"],
  timeout: ["timeout"],
  cancelled: ["cancelled"],
  rejected: ["rejected"],
} as const satisfies Record<string, readonly Outcome[]>;

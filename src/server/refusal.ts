import type { Admission, Refusal } from "./admission.js";
import { ApiError } from "./errors.js";

/** What a client hears of a queue that does not take or keep it. */
export function refusalOf(refusal: Refusal, { waiting, limits }: Admission): ApiError {
  if (refusal.code !== "wait_too_long")
    return new ApiError(refusal.code, { waiting, seconds: limits.waitSeconds });
  const { wait, limit } = refusal;
  const retryAfter = String(Math.max(1, Math.ceil(wait - limit)));
  const details = { wait: Math.ceil(wait), limit: Math.floor(limit * 10) / 10 };
  return new ApiError(refusal.code, details, null, { "retry-after": retryAfter });
}

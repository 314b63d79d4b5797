import type { Admission, Refusal } from "./admission.js";
import { ApiError } from "./errors.js";

/** What a client hears of a queue that does not take or keep it. */
export function refusalOf(reason: Refusal, { waiting, limits }: Admission): ApiError {
  return new ApiError(reason, { waiting, seconds: limits.waitSeconds });
}

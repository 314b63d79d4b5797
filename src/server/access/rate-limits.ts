import { ApiError } from "../errors.js";
import { TokenBucket, type Clock } from "./token-bucket.js";

interface Limit {
  unit: "requests" | "tokens";
  bucket: TokenBucket;
}

/**
 * What one key may use a minute. A request is charged as it comes, its tokens when it ends, as nobody knows before how many
 * they will be. So those that run together can use more than is left; who comes after them waits until it is paid.
 */
export class RateLimits {
  readonly #limits: Limit[];

  /** @param perMinute Null for no limit. */
  constructor(perMinute: { requests: number | null; tokens: number | null }, clock: Clock) {
    this.#limits = (["requests", "tokens"] as const).flatMap((unit) => {
      const amount = perMinute[unit];
      return amount === null ? [] : [{ unit, bucket: new TokenBucket(amount, clock) }];
    });
  }

  /** Charges one request. One that is refused costs nothing. @throws ApiError */
  admit(): void {
    const waits = this.#limits.map((limit) => ({ limit, seconds: limit.bucket.secondsUntil(1) }));
    const [longest] = waits.sort((a, b) => b.seconds - a.seconds);
    if (longest && longest.seconds > 0) throw exceeded(longest.limit, longest.seconds);
    this.#take("requests", 1);
  }

  /** @param tokens Those of the prompt and of the answer. */
  account(tokens: number): void {
    this.#take("tokens", tokens);
  }

  /** What is left of a limit, in whole requests or tokens; null where there is none. */
  remaining(wanted: Limit["unit"]): number | null {
    const limit = this.#limits.find(({ unit }) => unit === wanted);
    return limit ? remainingOf(limit.bucket) : null;
  }

  /** OpenAI's; those of a limit that there is not are left out. */
  get headers(): Record<string, string> {
    return Object.fromEntries(this.#limits.flatMap(headersOf));
  }

  #take(wanted: Limit["unit"], amount: number): void {
    this.#limits.find(({ unit }) => unit === wanted)?.bucket.take(amount);
  }
}

function exceeded({ unit, bucket }: Limit, wait: number): ApiError {
  const seconds = Math.ceil(wait);
  const details = { limit: bucket.perMinute, unit, seconds };
  return new ApiError("rate_limit_exceeded", details, null, { "retry-after": String(seconds) });
}

function headersOf({ unit, bucket }: Limit): [name: string, value: string][] {
  return [
    [`x-ratelimit-limit-${unit}`, String(bucket.perMinute)],
    [`x-ratelimit-remaining-${unit}`, String(remainingOf(bucket))],
    [`x-ratelimit-reset-${unit}`, durationText(bucket.secondsUntil(bucket.perMinute))],
  ];
}

function remainingOf({ level }: TokenBucket): number {
  return Math.max(0, Math.floor(level));
}

/** As OpenAI writes it: "1s", "6m0s". */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}

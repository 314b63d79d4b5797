import { beforeEach, describe, expect, it } from "vitest";
import { durationText, RateLimits } from "../../../src/server/access/rate-limits.js";
import type { ApiError } from "../../../src/server/errors.js";

let seconds: number;
beforeEach(() => {
  seconds = 50;
});
const limitsOf = (requests: number | null, tokens: number | null) =>
  new RateLimits({ requests, tokens }, () => seconds);

function refusal(limits: RateLimits): ApiError | null {
  try {
    limits.admit();
    return null;
  } catch (error) {
    return error as ApiError;
  }
}

describe("a limit of requests", () => {
  it("lets as many through at once, and then one each time that one has come back", () => {
    const limits = limitsOf(3, null);
    for (let i = 0; i < 3; i++) expect(refusal(limits)).toBeNull();
    expect(refusal(limits)).toMatchObject({
      code: "rate_limit_exceeded",
      statusCode: 429,
      headers: { "retry-after": "20" },
      message:
        "This API key's limit of 3 requests a minute is used up; its next request can be taken in 20 s.",
    });
    seconds += 19.9;
    expect(refusal(limits)?.headers).toEqual({ "retry-after": "1" });
    seconds += 0.1;
    expect(refusal(limits)).toBeNull();
    expect(refusal(limits)).not.toBeNull();
  });

  it("is not charged for what it refuses", () => {
    const limits = limitsOf(1, null);
    for (let i = 0; i < 50; i++) refusal(limits);
    seconds += 60;
    expect(refusal(limits)).toBeNull();
  });
});

describe("a limit of tokens", () => {
  it("refuses after an answer that used more than was left, until that is paid", () => {
    const limits = limitsOf(null, 600);
    expect(refusal(limits)).toBeNull();
    limits.account(1199);
    expect(refusal(limits)?.headers).toEqual({ "retry-after": "60" });
    seconds += 60;
    expect(refusal(limits)).toBeNull();
  });

  it("names the wait that is longer, of two", () => {
    const limits = limitsOf(1, 60);
    limits.admit();
    limits.account(90);
    expect(refusal(limits)?.message).toContain(
      "1 requests a minute is used up; its next request can be taken in 60 s.",
    );
    limits.account(60);
    expect(refusal(limits)?.message).toContain(
      "60 tokens a minute is used up; its next request can be taken in 91 s.",
    );
  });
});

describe("the headers", () => {
  it("tell limit, rest and time until all is there again", () => {
    const limits = limitsOf(60, 6000);
    limits.admit();
    limits.account(6150);
    expect(limits.headers).toEqual({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-limit-tokens": "6000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "1m2s",
    });
  });

  it("say nothing of a limit that there is not", () => {
    expect(Object.keys(limitsOf(null, 5).headers)).toEqual([
      "x-ratelimit-limit-tokens",
      "x-ratelimit-remaining-tokens",
      "x-ratelimit-reset-tokens",
    ]);
  });

  it.each([
    [0, "0s"],
    [0.001, "1s"],
    [59.2, "1m0s"],
    [360, "6m0s"],
    [5400.5, "90m1s"],
  ])("write %d seconds as %s", (duration, text) => {
    expect(durationText(duration)).toBe(text);
  });
});

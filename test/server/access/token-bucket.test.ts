import { expect, it } from "vitest";
import { TokenBucket } from "../../../src/server/access/token-bucket.js";

let seconds = 1000;
const bucketOf = (perMinute: number) => new TokenBucket(perMinute, () => seconds);

it("holds at first what a minute brings", () => {
  expect(bucketOf(90).level).toBe(90);
});

it("fills evenly, and never beyond a minute's worth", () => {
  const bucket = bucketOf(120);
  bucket.take(120);
  seconds += 0.5;
  expect(bucket.level).toBeCloseTo(1, 9);
  seconds += 30;
  expect(bucket.level).toBeCloseTo(61, 9);
  seconds += 3600;
  expect(bucket.level).toBe(120);
});

it("goes into debt, which is paid first", () => {
  const bucket = bucketOf(60);
  bucket.take(100);
  expect(bucket.level).toBe(-40);
  expect(bucket.secondsUntil(1)).toBe(41);
  seconds += 41;
  expect(bucket.secondsUntil(1)).toBe(0);
});

it("has what it promised when the time has passed, whatever fractions add up to", () => {
  for (let perMinute = 1; perMinute <= 1000; perMinute++) {
    const bucket = bucketOf(perMinute);
    bucket.take(perMinute);
    const step = bucket.secondsUntil(1) / 7;
    for (let i = 0; i < 7; i++) {
      seconds += step;
      bucket.take(0);
    }
    expect(bucket.secondsUntil(1)).toBe(0);
  }
});

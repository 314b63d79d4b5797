/** A promise of the telemetry that was broken. */
export class Violation extends Error {}

export function check(holds, message) {
  if (!holds) throw new Violation(message);
}

export function checkEqual(what, value, expected) {
  check(value === expected, `Expected ${what} to be ${expected} but received ${value}.`);
}

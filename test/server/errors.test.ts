import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/server/errors.js";

describe("an error on its way to a client", () => {
  it("says what was expected, and where", () => {
    const details = { what: "'n'", expected: "an integer", received: "3.5" };
    const { body } = new ApiError("invalid_value", details, "n");
    expect(body.error).toEqual({
      message: "Expected 'n' to be an integer, but received 3.5.",
      type: "invalid_request_error",
      param: "n",
      code: "invalid_value",
    });
  });

  it("is short, however long the names are that a client made up", () => {
    const name = "x".repeat(100_000);
    const { error } = new ApiError("unsupported_schema", { path: name }, name).body;
    expect(error.message.length).toBeLessThan(600);
    expect(error.param).toHaveLength(400);
    expect(error.param!.endsWith("x…")).toBe(true);
    const { param } = new ApiError("invalid_value", {}, `${"x".repeat(398)}🌍🌍`).body.error;
    expect(param).toBe(`${"x".repeat(398)}…`);
  });
});

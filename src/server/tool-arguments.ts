import { ApiError } from "./errors.js";
import { DEPTH_LIMIT, isJson, measureJson } from "./json-body.js";
import { shown } from "./schema-errors.js";

/** Of all calls of a request: a template takes 14 µs for each, on one of the four threads that assemble prompts. */
const VALUE_LIMIT = 2 ** 15;

/** What the calls of a conversation were made with: texts of JSON, which templates read. */
export class ToolArguments {
  #left = VALUE_LIMIT;

  /** @param param The field that the text came in. @throws ApiError */
  check(text: string, param: string): void {
    // Before it is parsed: that takes longer, and recurses.
    const { depth, values } = measureJson(Buffer.from(text));
    this.#left -= values;
    const expected =
      depth <= DEPTH_LIMIT && this.#left >= 0
        ? "JSON"
        : `JSON of at most ${DEPTH_LIMIT} levels, and of ${VALUE_LIMIT} values in all calls together`;
    if (expected === "JSON" && isJson(text)) return;
    throw new ApiError("invalid_value", { what: `'${param}'`, expected, received: shown(text) }, param);
  }
}

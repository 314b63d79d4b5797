import { ApiError } from "./errors.js";
import { templateFields } from "./tokenization-schema.js";

/** What a text to tokenise may come in, and the fields that say something of that form alone. */
const FORMS = {
  content: ["add_special", "add_special_tokens", "parse_special"],
  prompt: ["add_special", "add_special_tokens", "parse_special"],
  messages: Object.keys(templateFields),
} as const satisfies Record<string, readonly string[]>;

type Form = keyof typeof FORMS;
const forms = Object.keys(FORMS) as Form[];

/**
 * Looks at a body before it is validated, which adds defaults: what was not sent cannot be told from what was then.
 * @throws ApiError unless it has exactly one text, and no field that would be ignored beside it.
 */
export function checkForm(body: unknown): void {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  const sent = new Set(Object.keys(body));
  const [form, second] = forms.filter((name) => sent.has(name));
  if (form === undefined) throw new ApiError("missing_parameter", { what: "'content'" }, "content");
  if (second !== undefined) {
    const what = `'${form}' and '${second}'`;
    throw new ApiError("conflicting_parameters", { what }, form);
  }
  if (sent.has("add_special") && sent.has("add_special_tokens")) {
    const what = "'add_special' and 'add_special_tokens'";
    throw new ApiError("conflicting_parameters", { what }, "add_special_tokens");
  }
  const stray = [...sent].find((name) => !isOf(form, name) && forms.some((other) => isOf(other, name)));
  if (stray !== undefined) throw misplaced(stray, form);
}

function isOf(form: Form, name: string): boolean {
  return (FORMS[form] as readonly string[]).includes(name);
}

function misplaced(name: string, form: Form): ApiError {
  const owners = forms.filter((other) => isOf(other, name)).map((other) => `'${other}'`);
  const expected = `given only with ${owners.join(" or ")}`;
  return new ApiError("invalid_value", { what: `'${name}'`, expected, received: `it with '${form}'` }, name);
}

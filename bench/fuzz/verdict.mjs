// What every answer must be, whatever was asked.
import { ERRORS } from "../../dist/server/errors.js";

/** Signs of what is inside the server; hostile texts, which errors repeat, show none of them. */
const INTERNALS = [
  /\bat \S+ \(.*:\d+:\d+\)|\n\s+at /,
  /node:internal|node_modules|\.[cm]?[jt]s:\d|\.[ch]pp\b/,
  /\/(?:home|work|root|usr|tmp|opt|proc|dev|var)\//,
  /\bstd::|_M_\w+|__cxx|basic_string|vector::|what\(\)|terminate called|bad_alloc|\bparse_error\.\d/,
  /GGML_|ggml_|llama_|\bcommon_[a-z]+_|nlohmann|json\.exception|libllama|minja/,
  /\b(?:Type|Range|Reference|Syntax)Error\b|Cannot read propert|is not a function|is not iterable|call stack/,
  /\bFST_ERR|\bERR_[A-Z]|\bE(?:PIPE|CONN\w+|NOENT|INVAL|MFILE)\b/,
  /\[object Object\]|\bundefined\b/,
];

/** Errors repeat what they were sent, cut short. */
const LONGEST_MESSAGE = 600;

/** Errors that say where the value is; without a place they mean the whole body. */
const PLACED = ["missing_parameter", "unknown_parameter", "unsupported_parameter"];

/** The wire format of Anthropic has errors of its own. */
function isAnthropic(route, { type, error }) {
  return route.startsWith("/v1/messages") && type === "error" && typeof error.type === "string";
}

export function leakIn(text) {
  const found = INTERNALS.map((sign) => sign.exec(text)).find((match) => match !== null);
  return found ? `internals in '${text.slice(Math.max(0, found.index - 100), found.index + 200)}'` : null;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function openaiProblem({ error }, status) {
  const kind = ERRORS[error?.code];
  if (kind === undefined) return `an error whose code is none of the table's: ${error?.code}`;
  if (kind.type !== error.type) return `the type ${error.type} for ${error.code}`;
  if (status !== null && kind.status !== status) return `the status ${status} for ${error.code}`;
  if (error.param !== null && typeof error.param !== "string") return "a param that is no text";
  return PLACED.includes(error.code) && error.param === null ? `${error.code} without a param` : null;
}

function errorProblem(route, value, status) {
  const message = value?.error?.message;
  if (typeof message !== "string" || message === "") return "an error without a message";
  if (message.length > LONGEST_MESSAGE) return `a message of ${message.length} characters`;
  return leakIn(message) ?? (isAnthropic(route, value) ? null : openaiProblem(value, status));
}

/** Of each wire format, whether an event may be the last. */
const LAST_EVENTS = [
  ["/v1/messages", ({ type }) => type === "message_stop"],
  [
    "/v1/responses",
    ({ type }) => ["response.completed", "response.incomplete", "response.failed"].includes(type),
  ],
  ["", (event) => event === "[DONE]"],
];

function dataOf(event) {
  const text = /^(?:event: \S+\n)?data: (.*)$/.exec(event)?.[1];
  return text === "[DONE]" ? text : parsed(text ?? "");
}

function streamProblem(route, body) {
  const parts = body.split("\n\n");
  if (parts.pop() !== "") return "a stream that ends within an event";
  const events = parts.filter((part) => !part.startsWith(":")).map(dataOf);
  if (events.includes(undefined)) return "an event that is no JSON";
  const last = events.at(-1);
  if (last?.error) return errorProblem(route, last, null);
  const [, isLast] = LAST_EVENTS.find(([prefix]) => route.startsWith(prefix));
  return last !== undefined && isLast(last) ? null : "a stream without its last event";
}

function goodProblem(route, { headers, body }, method) {
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/event-stream")) return streamProblem(route, body);
  if (method === "HEAD" || !type.startsWith("application/json")) return null;
  return parsed(body) === undefined ? "a body that is no JSON" : null;
}

function badProblem(route, { status, headers, body }, method) {
  if ([429, 503].includes(status) && !headers.has("retry-after")) return `${status} without Retry-After`;
  if (status >= 500 && ![501, 503].includes(status)) return `the status ${status}`;
  if (method === "HEAD") return null;
  const value = parsed(body);
  return value === undefined ? "an error that is no JSON" : errorProblem(route, value, status);
}

/** @returns what is wrong with the answer, or null */
export function problemOf(route, answer, method = "POST") {
  return answer.status < 400 ? goodProblem(route, answer, method) : badProblem(route, answer, method);
}

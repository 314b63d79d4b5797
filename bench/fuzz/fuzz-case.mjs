// One request of a run: which, its seed and number say.
import { drawsOf } from "./draws.mjs";
import { NAMES, TEXTS } from "./hostile-texts.mjs";
import { jsonText } from "./json-text.mjs";
import { mutatedBody, mutatedFrame, mutatedHead, requestBytes } from "./request-mutations.mjs";
import { valueOf } from "./schema-values.mjs";
import { mutatedValue } from "./value-mutations.mjs";

/** Shares of what is wrong; the rest have one to three wrong places in their value. */
const NOTHING = 0.1;
const BODY = 0.12;
const HEAD = 0.1;
const FRAME = 0.06;
/** Of the cases, those that have no body. */
const WITHOUT_BODY = 0.05;

function spoiledPath(url, draws) {
  return url.replaceAll(/:(\w+)/g, () =>
    encodeURIComponent(
      draws
        .pick([...NAMES, ...TEXTS])
        .toWellFormed()
        .slice(0, 2000),
    ),
  );
}

function validRequest({ method, url, body }, draws) {
  const request = { method, path: spoiledPath(url, draws), headers: [["host", "localhost"]], body: null };
  if (method === "GET") return { request, value: null };
  request.headers.push(["content-type", "application/json"]);
  return { request, value: valueOf(body ?? {}, draws) };
}

function mutatedValues(value, draws) {
  const words = [];
  for (let count = draws.pick([1, 1, 1, 2, 3]); count > 0; count--) {
    const mutated = mutatedValue(value, draws);
    words.push(mutated.words);
    value = mutated.value;
  }
  return { words, value };
}

/** What is wrong goes from the inside to the outside: value, bytes of the body, head, framing. */
function spoil(request, value, draws) {
  const kind = draws.below(1000) / 1000;
  const share = (from, size) => kind >= from && kind < from + size;
  let words = [];
  if (value !== null) {
    if (kind >= NOTHING + BODY + HEAD + FRAME) ({ words, value } = mutatedValues(value, draws));
    request = { ...request, body: Buffer.from(jsonText(value)) };
    if (share(NOTHING, BODY)) ({ words, request } = mutatedBody(request, draws));
  }
  if (share(NOTHING + BODY, HEAD)) ({ words, request } = mutatedHead(request, draws));
  const bytes = requestBytes(request);
  if (share(NOTHING + BODY + HEAD, FRAME)) return { ...mutatedFrame(bytes, draws), request, framed: false };
  return { words, request, bytes, framed: true };
}

/**
 * @returns bytes to send; `words` of what is wrong with them; `framed`, whether it is clear where they end; `method`
 * and `path` of the request
 */
export function fuzzCase(routes, seed, index) {
  const draws = drawsOf(seed, index);
  const withBody = !draws.chance(WITHOUT_BODY);
  const route = draws.pick(routes.filter(({ method }) => (method !== "GET") === withBody));
  const { request: valid, value } = validRequest(route, draws);
  const { words, request, bytes, framed } = spoil(valid, value, draws);
  return { index, route: route.url, method: request.method, words: [words].flat(), bytes, framed };
}

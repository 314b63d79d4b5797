// Ways to make a request wrong around and under its JSON.
import { TEXTS } from "./hostile-texts.mjs";

/** A request that is not made into bytes yet: the body is a Buffer. */
const withHeader = (request, name, value) => ({ ...request, headers: [...request.headers, [name, value]] });
const withType = (request, type) => ({
  ...request,
  headers: request.headers.map(([name, value]) => [name, name === "content-type" ? type : value]),
});

const TYPES = [
  "",
  "text/plain",
  "application/xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "application/json;charset=latin1",
  "APPLICATION/JSON",
  "application/json, text/plain",
  "application/vnd.api+json",
  `application/json; x=${"y".repeat(3000)}`,
  "\xff\xfe",
  "*/*",
];

const HEADERS = [
  ["accept", "application/xml;q=0, */*;q=0"],
  ["accept-encoding", "gzip, br, zstd;q=99"],
  ["content-encoding", "gzip"],
  ["content-language", "x".repeat(2000)],
  ["authorization", `Bearer ${"x".repeat(3000)}`],
  ["authorization", "Basic Og=="],
  ["cookie", "a=b; ".repeat(500)],
  ["expect", "100-continue"],
  ["expect", "the impossible"],
  ["upgrade", "websocket"],
  ["upgrade", "h2c"],
  ["connection", "upgrade"],
  ["connection", "close"],
  ["range", "bytes=0-0,5-1,-"],
  ["if-none-match", "*"],
  ["origin", "http://evil.example"],
  ["x-request-id", "\xff".repeat(300)],
  ["x-request-id", "a\tb"],
  ["traceparent", "00-00000000000000000000000000000000-0000000000000000-ff"],
  ["traceparent", "zz"],
  ["tracestate", "a=b,".repeat(400)],
  ["x-forwarded-for", "127.0.0.1, ::1"],
  ["x-http-method-override", "DELETE"],
  ["te", "trailers"],
  ["anthropic-version", "\xff"],
  ["host", "other.example"],
  ["__proto__", "x"],
  ["constructor", "x"],
];

const METHODS = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "LINK"];

const PATHS = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => `${path}?x=1&x=2&__proto__[a]=b`,
  (path) => `${path}%00`,
  (path) => `${path}%zz`,
  (path) => `${path}#fragment`,
  (path) => `${path}/../models`,
  (path) => path.toUpperCase(),
  (path) => `${path}?${"q".repeat(4000)}`,
  (path) => `${path};a=b`,
  (path) => `${path}\xff`,
  () => "/%c0%ae%c0%ae/",
  () => "/v1/models/%2e%2e%2f",
  () => "*",
  (path) => `http://other.example${path}`,
];

function spoiledBytes(body, draws) {
  const spoiled = Buffer.from(body);
  for (let count = 1 + draws.below(4); count > 0 && spoiled.length > 0; count--)
    spoiled[draws.below(spoiled.length)] = draws.below(256);
  return spoiled;
}

function withInserted(body, inserted, draws) {
  const at = draws.below(body.length + 1);
  return Buffer.concat([body.subarray(0, at), inserted, body.subarray(at)]);
}

const BAD_BYTES = [
  "\xff",
  "\xc0\xaf",
  "\xed\xa0\x80",
  "\xf5\x80\x80\x80",
  "\xe2\x82",
  "\x00",
  "\x1b[2J",
  "\xef\xbb\xbf",
];

/** What is wrong with the body's bytes. */
const BODY = {
  "bytes changed": (body, draws) => spoiledBytes(body, draws),
  "bytes added": (body, draws) => withInserted(body, Buffer.from(draws.pick(BAD_BYTES), "latin1"), draws),
  "text added": (body, draws) => withInserted(body, Buffer.from(draws.pick(TEXTS)), draws),
  "cut off": (body, draws) => body.subarray(0, draws.below(body.length + 1)),
  "its end alone": (body, draws) => body.subarray(draws.below(body.length + 1)),
  twice: (body) => Buffer.concat([body, body]),
  "in UTF-16": (body) => Buffer.from(body.toString(), "utf16le"),
  random: (body, draws) => Buffer.from(Array.from({ length: draws.below(200) }, () => draws.below(256))),
};

/** What is wrong around it. */
const HEAD = {
  "content type": (request, draws) => withType(request, draws.pick(TYPES)),
  "no content type": (request) => ({
    ...request,
    headers: request.headers.filter(([name]) => name !== "content-type"),
  }),
  header: (request, draws) => withHeader(request, ...draws.pick(HEADERS)),
  headers: (request, draws) => {
    const count = draws.pick([50, 300]);
    return {
      ...request,
      headers: [...request.headers, ...Array.from({ length: count }, (_, i) => [`x-${i}`, "y"])],
    };
  },
  "large header": (request, draws) =>
    withHeader(request, "x-large", "y".repeat(draws.pick([8000, 15_000, 20_000, 80_000]))),
  method: (request, draws) => ({ ...request, method: draws.pick(METHODS) }),
  path: (request, draws) => ({ ...request, path: draws.pick(PATHS)(request.path) }),
  version: (request, draws) => ({ ...request, version: draws.pick(["1.0", "1.1 ", "0.9", "2.0", "9.9"]) }),
};

/** What is wrong with how the message is framed. Where it ends is then anybody's guess: its connection is its own. */
const FRAMES = {
  "cut off": (bytes, draws) => bytes.subarray(0, draws.below(bytes.length)),
  "longer than it says": (bytes) => Buffer.concat([bytes, Buffer.from("}".repeat(50))]),
  "shorter than it says": (bytes) =>
    replaced(bytes, /content-length: (\d+)/, (_, length) => `content-length: ${Number(length) + 7}`),
  "two lengths": (bytes) => replaced(bytes, "content-length:", "content-length: 1\r\ncontent-length:"),
  "a length and chunks": (bytes) =>
    replaced(bytes, "content-length:", "transfer-encoding: chunked\r\ncontent-length:"),
  "chunks that are none": (bytes) => replaced(bytes, /content-length: \d+/, "transfer-encoding: chunked"),
  "an unknown coding": (bytes) =>
    replaced(bytes, /content-length: \d+/, "transfer-encoding: gzip, chunked, x"),
  "a negative length": (bytes) => replaced(bytes, /content-length: \d+/, "content-length: -1"),
  "a length beyond integers": (bytes) =>
    replaced(bytes, /content-length: \d+/, "content-length: 99999999999999999999"),
  "a length that is none": (bytes) => replaced(bytes, /content-length: \d+/, "content-length: 0x10"),
  "bare line feeds": (bytes) => replaced(bytes, /\r\n/g, "\n"),
  "a folded header": (bytes) => replaced(bytes, "host:", "x: a\r\n b\r\nhost:"),
  "no host": (bytes) => replaced(bytes, "host: localhost\r\n", ""),
  "a space before the colon": (bytes) => replaced(bytes, "host:", "host :"),
  "a NUL in a header": (bytes) => replaced(bytes, "host:", "x: \0\r\nhost:"),
  "bytes before it": (bytes) => Buffer.concat([Buffer.from("\x16\x03\x01\x02\x00\x01"), bytes]),
  "bytes of it changed": (bytes, draws) => spoiledBytes(bytes, draws),
  "twice at once": (bytes) => Buffer.concat([bytes, bytes, bytes]),
  "HTTP/2's preface": () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
};

function replaced(bytes, from, to) {
  return Buffer.from(bytes.toString("latin1").replace(from, to), "latin1");
}

function oneOf(table, name, draws, use) {
  const kind = draws.pick(Object.keys(table));
  return { words: `${name}: ${kind}`, ...use(table[kind]) };
}

export const mutatedBody = (request, draws) =>
  oneOf(BODY, "bytes of the body", draws, (mutate) => ({
    request: { ...request, body: mutate(request.body, draws) },
  }));
export const mutatedHead = (request, draws) =>
  oneOf(HEAD, "head", draws, (mutate) => ({ request: mutate(request, draws) }));
export const mutatedFrame = (bytes, draws) =>
  oneOf(FRAMES, "framing", draws, (mutate) => ({ bytes: mutate(bytes, draws) }));

export function requestBytes({ method, path, version = "1.1", headers, body }) {
  const lines = [`${method} ${path} HTTP/${version}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (body !== null) lines.push(`content-length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body ?? Buffer.alloc(0)]);
}

// One streamed completion, by a client as cheap as can be, because it shares the machine with what it measures: a bare
// socket; of the answer it looks for texts and reads the last bytes, which hold the usage.
import net from "node:net";

const TEXT = Buffer.from('"text":"');
const QUOTE = '"'.charCodeAt(0);
/** More than the last events of any server here. */
const TAIL_BYTES = 4096;

function requestText(body) {
  const text = JSON.stringify(body);
  const head = [
    "POST /v1/completions HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${text}`;
}

/** Texts in these bytes that are not empty. One on the border of two reads is missed: a gap of microseconds more. */
export function textsIn(bytes) {
  let count = 0;
  for (let at = bytes.indexOf(TEXT); at >= 0; at = bytes.indexOf(TEXT, at)) {
    at += TEXT.length;
    if (bytes[at] !== QUOTE) count++;
  }
  return count;
}

function numberIn(text, field) {
  const all = [...text.matchAll(new RegExp(`"${field}":(\\d+)`, "g"))];
  return all.length === 0 ? null : Number(all.at(-1)[1]);
}

function usageIn(tail) {
  return {
    promptTokens: numberIn(tail, "prompt_tokens"),
    cachedTokens: numberIn(tail, "cached_tokens"),
    generatedTokens: numberIn(tail, "completion_tokens"),
  };
}

/**
 * Starts a stream. `arrivals` grows by an instant (ms of performance.now) for every read that brings text: what a
 * server sends at once counts as one arrival. `done` resolves with the usage at the end, or with null after `cancel`.
 */
export function openStream(port, request) {
  const body = { ...request, stream: true, stream_options: { include_usage: true }, ignore_eos: true };
  const stream = { startedAt: performance.now(), arrivals: [], endedAt: 0, onText: null };
  let tail = Buffer.alloc(0);
  let cancelled = false;
  const socket = net.connect(port, "127.0.0.1", () => socket.write(requestText(body)));
  socket.setNoDelay(true);
  socket.on("data", (bytes) => {
    if (textsIn(bytes) > 0) {
      stream.arrivals.push(performance.now());
      stream.onText?.();
    }
    tail = bytes.length >= TAIL_BYTES ? bytes : Buffer.concat([tail, bytes]).subarray(-TAIL_BYTES);
  });
  stream.done = new Promise((resolve, reject) => {
    socket.on("error", (error) => (cancelled ? resolve(null) : reject(error)));
    socket.on("close", () => {
      stream.endedAt = performance.now();
      const text = tail.toString("latin1");
      if (cancelled) resolve(null);
      else if (text.includes("[DONE]")) resolve(usageIn(text));
      else reject(new Error(`A stream broke off: ${text.slice(-200)}`));
    });
  });
  stream.cancel = () => {
    cancelled = true;
    socket.destroy();
  };
  return stream;
}

/** The whole stream; fails when the server generated another number of tokens than it was asked for. */
export async function runStream(port, request) {
  const stream = openStream(port, request);
  const usage = await stream.done;
  if (usage.generatedTokens !== request.max_tokens)
    throw new Error(`Expected ${request.max_tokens} tokens but received ${usage.generatedTokens}.`);
  return { ...stream, usage };
}

/** Milliseconds between the arrivals of a stream. */
export function gapsOf({ arrivals }) {
  return arrivals.slice(1).map((instant, i) => instant - arrivals[i]);
}

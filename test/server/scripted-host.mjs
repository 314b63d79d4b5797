/**
 * An engine host without a model. What a request brings is written in the prompt itself (see `acts`), how the
 * host starts in the model's name; everything else is src/engine/messages.ts.
 */
import { existsSync } from "node:fs";
import { Buffer } from "node:buffer";
import { clearInterval, setImmediate, setInterval, setTimeout } from "node:timers";

process.title = "tacho engine-host";
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("disconnect", () => process.exit(0));

const running = new Map();
let started;

const send = (message) => process.send(message);

function step(id, text, end) {
  const request = running.get(id);
  if (!request) return;
  if (text !== null) request.generated++;
  if (end) running.delete(id);
  send({
    type: "step",
    ids: text === null ? [] : [id],
    texts: text === null ? [] : [text],
    ends: end ? [{ id, ...usage(request), error: null, ...end }] : [],
  });
}

function usage({ generated }) {
  return { promptTokens: 7, cachedTokens: 3, generatedTokens: generated, replica: 0 };
}

/** Words follow each other in turns of the event loop, as steps do. */
function words(id, count, limit) {
  for (let i = 0; i < Math.min(count, limit); i++) setImmediate(() => step(id, `word${i} `));
  setImmediate(() => step(id, null, { reason: count > limit ? "length" : "stop" }));
}

const fails = (code, message) => (id) => step(id, null, { reason: "error", error: { code, message } });

const acts = {
  words: (id, request, count) => words(id, Number(count), request.maxTokens ?? Infinity),
  /** The request as it came, as the answer. */
  echo: (id, request) => {
    step(id, JSON.stringify(request));
    step(id, null, { reason: "stop" });
  },
  /** One message that brings two pieces, an incomplete character and the end. */
  burst: (id) => {
    running.delete(id);
    const end = { id, promptTokens: 7, cachedTokens: 0, generatedTokens: 3, reason: "stop", error: null };
    send({ type: "step", ids: [id, id, id], texts: ["Grüße\n", "", '"🌍"'], ends: [end] });
  },
  /** A word, and the stop string of this index. */
  stopped: (id, request, index) => {
    step(id, "word ");
    step(id, null, { reason: "stop", stop: Number(index) });
  },
  /** Five words, or what they stand for in time: the first half a second after the arrival, the last two after it. */
  timed: (id, request, replica, silent) => {
    const at = (seconds) => request.arrivedAt + seconds;
    const instants = {
      assembledAt: at(0.125),
      startedAt: at(0.25),
      firstTokenAt: at(0.5),
      lastTokenAt: at(2),
    };
    const text = silent ? null : "word ";
    for (let i = 0; i < 5; i++) step(id, text);
    if (running.has(id))
      step(id, null, { reason: "stop", generatedTokens: 5, replica: Number(replica), instants });
  },
  /** One word, for which the context had room. */
  full: (id) => {
    step(id, "word ");
    step(id, null, { reason: "length" });
  },
  /** A call that the first stop string cuts in two. */
  cutcall: (id) => {
    const part = { kind: "tool_call", index: 0, id: "call0", name: "weather", text: '{"city":"Pa' };
    send({ type: "step", ids: [id], texts: [""], parts: [[part]], ends: [] });
    step(id, null, { reason: "stop", stop: 0 });
  },
  /** The parts of an answer that its template's format was read out of, from the JSON of an array of steps. */
  parts: (id, request, ...words) => {
    for (const parts of JSON.parse(words.join(" "))) {
      running.get(id).generated++;
      send({ type: "step", ids: [id], texts: [""], parts: [parts], ends: [] });
    }
    step(id, null, { reason: "stop" });
  },
  /** The same but for the last step, for which the limit left no room. */
  cut: (id, request, ...words) => {
    for (const parts of JSON.parse(words.join(" ")).slice(0, -1))
      send({ type: "step", ids: [id], texts: [""], parts: [parts], ends: [] });
    step(id, null, { reason: "length" });
  },
  /** Tokens with their logprobs, from the JSON of an array of [token, logprob, top]. */
  logprobs: (id, request, ...words) => {
    for (const [token, logprob, top] of JSON.parse(words.join(" "))) {
      running.get(id).generated++;
      const logprobs = [request.logprobs === null ? null : [{ token, logprob, top }]];
      send({ type: "step", ids: [id], texts: [`t${token}`], logprobs, ends: [] });
    }
    step(id, null, { reason: "stop" });
  },
  /** What the host was started with, as the answer. */
  settings: (id) => {
    step(id, JSON.stringify(started));
    step(id, null, { reason: "stop" });
  },
  /** One word, and never another. */
  stall: (id) => step(id, "waiting "),
  silent: () => {},
  flood: (id) => {
    step(id, "x".repeat(64 * 1024));
    setImmediate(() => running.has(id) && acts.flood(id));
  },
  crash: (id) => {
    step(id, "last words");
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 20);
  },
  exit: () => process.exit(3),
  toolong: fails("context_length_exceeded", "The prompt has 9 tokens, but only 8 fit."),
  nonsense: fails("invalid_prompt", "The prompt is empty."),
  template: fails("template_failed", "Conversation roles must alternate."),
  broken: fails("engine_failed", "The decode failed."),
};

function scriptOf({ prompt }) {
  if (prompt.kind === "tokens") return "echo";
  if (prompt.kind === "infill") return prompt.prefix;
  return prompt.kind === "text" ? prompt.text : JSON.parse(prompt.messages).at(-1).content;
}

function submit(request) {
  running.set(request.id, { generated: 0 });
  const [name, ...args] = scriptOf(request).split(" ");
  (acts[name] ?? acts.echo)(request.id, request, ...args);
}

const refusal = (code, message, input = null) => ({ error: { code, message, input } });

/** One token a character, its code; a text or query "stall" is never answered, "crash" ends the host. */
const answers = {
  tokenize: ({ text, addSpecial, parseSpecial, withPieces }) => {
    const tokens = Int32Array.from([...((addSpecial ? "^" : "") + text)], (character) =>
      character.codePointAt(0),
    );
    const bytes = Buffer.from(String.fromCodePoint(...tokens));
    const ends = tokens.map((_, i) => Buffer.byteLength(String.fromCodePoint(...tokens.slice(0, i + 1))));
    return {
      result: {
        tokens: parseSpecial ? tokens : tokens.reverse(),
        pieces: withPieces ? { bytes, ends } : null,
      },
    };
  },
  "tokenize-chat": ({ prompt, ...rest }) =>
    answers.tokenize({ text: prompt.messages, parseSpecial: true, ...rest }),
  detokenize: ({ tokens }) => ({ result: String.fromCodePoint(...tokens) }),
  "apply-template": ({ prompt }) => {
    if (prompt.messages.includes('"template"'))
      return refusal("template_failed", "Conversation roles must alternate.");
    return { result: `<${prompt.messages}>` };
  },
  /** The vector of an input is its length and what was asked for besides. */
  embed: ({ inputs, dimensions, encoding }) => {
    const bad = inputs.indexOf("toolong");
    if (bad >= 0) return refusal("context_length_exceeded", "the input has 9 tokens; at most 8 fit", bad);
    const vectors = inputs.map(({ length }) =>
      JSON.stringify(encoding === "float" ? [length, dimensions] : `b64:${length}`),
    );
    return { result: { vectors, tokens: inputs.map(({ length }) => length) } };
  },
  /** Documents are as good as they are long. */
  rank: ({ query, documents }) => {
    if (query === "broken") return refusal("engine_failed", "the decode failed");
    return { result: { scores: documents.map(({ length }) => length), tokens: documents.map(() => 2) } };
  },
};

function call(id, asked) {
  const text = asked.text ?? asked.query ?? asked.inputs?.[0];
  if (text === "stall") return;
  if (text === "crash") process.kill(process.pid, "SIGKILL");
  setImmediate(() => send({ type: "answer", id, answer: answers[asked.kind](asked) }));
}

const starts = {
  "fails-usage": () => fail("The model is too large for this machine.", true),
  fails: () => fail("The model is damaged.", false),
  dies: () => process.kill(process.pid, "SIGABRT"),
  /** Serves, but does not hear that it should stop. */
  deaf: (settings) => {
    process.removeAllListeners("message");
    process.on("message", (message) => message.type === "submit" && submit(message.request));
    ready(settings);
  },
  "never-ready": (settings) => send({ type: "progress", phase: "load", fraction: settings.slots / 256 }),
  /** Says that it loads, and hears nothing while it does. */
  "deaf-loading": () => {
    process.removeAllListeners("message");
    process.on("message", () => undefined);
    send({ type: "progress", phase: "load", fraction: 0 });
  },
  /** Loads only once: the second host finds the segment's neighbour and stays unready until it is gone. */
  waits: (settings) => {
    const poll = setInterval(() => {
      if (existsSync(`${settings.telemetryPath}.hold`)) return;
      clearInterval(poll);
      ready(settings);
    }, 5);
  },
};

function fail(message, usage) {
  process.send({ type: "failed", message, usage }, () => process.exit(1));
}

function vocabulary(texts) {
  const offsets = new Uint32Array(texts.length + 1);
  texts.forEach((text, token) => (offsets[token + 1] = offsets[token] + text.length));
  return { tokenBytes: new Uint8Array(Buffer.from(texts.join(""))), tokenOffsets: offsets };
}

function ready(settings) {
  send({ type: "progress", phase: "load", fraction: 1 });
  const kind = /^(embedding|rerank)/.exec(settings.modelId)?.[1] ?? "generation";
  const model = {
    id: settings.modelId,
    kind,
    name: settings.modelId.includes("matryoshka") ? "Qwen3 Embedding 0.6B" : "",
    dimensions: kind === "embedding" ? 8 : 0,
    cacheBytes: 0,
    file: settings.download ? `/downloaded/${settings.model}` : settings.model,
    description: "scripted",
    contextSize: 2048,
    trainedContextSize: 2048,
    slots: settings.slots * settings.replicas,
    kvCells: 2048 * settings.slots * settings.replicas,
    vocabularySize: 4096,
    parameters: 1,
    sizeBytes: 2 ** 20 * (/-(\d+)-MiB$/.exec(settings.modelId)?.[1] ?? 1),
    layers: 4,
    gpuLayers: 0,
    gpus: [],
    builtFor: settings.gpu === "cuda" ? ["80", "90"] : null,
    notices: settings.modelId === "noticed" ? ["the libraries are stale"] : [],
    loadSeconds: 0.01,
    threads: settings.threads,
    backend: settings.gpu === "cuda" ? "cuda" : "cpu",
    device: "script",
    hasChatTemplate: settings.modelId !== "no-template",
    thinks: settings.modelId === "thinker",
    canInfill: settings.modelId === "infiller",
    // Token n is written tn.
    ...vocabulary(Array.from({ length: 4096 }, (_, token) => `t${token}`)),
  };
  send({ type: "ready", model });
}

function start(settings) {
  started = settings;
  (starts[settings.modelId] ?? ready)(settings);
}

process.on("message", (message) => {
  if (message.type === "start") start(message.settings);
  else if (message.type === "submit") submit(message.request);
  else if (message.type === "call") call(message.id, message.call);
  else if (message.type === "cancel") step(message.id, null, { reason: "cancelled" });
  else if (message.type === "stop") process.exit(0);
});

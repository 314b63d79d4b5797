// What a chat's tokens are when control tokens in the messages stay text, put together from llama-server's pieces.
import { MODELS } from "./models.mjs";

const CONTROLS = [
  "<s>",
  "</s>",
  "<|im_start|>",
  "<|im_end|>",
  "<|channel>",
  "<channel|>",
  ...Object.values(MODELS).flatMap(({ endTokens = [], controlTokens = [] }) => [
    ...endTokens,
    ...controlTokens,
  ]),
];
/** Characters that no template touches stand for the control tokens of a message. */
const FIRST_STAND_IN = 0xe000;
const standIn = (index) => String.fromCharCode(FIRST_STAND_IN + index);

/** Inside a token that llama.cpp reads in plain text too: it knows no other way to leave it text. */
const CUT = "\ue0ff";
/** Behind words that end within a control token; the second where that is one of those above. */
const END = "\ue0fe";
const CUTTING_END = "\ue0fd";

/** @param {import("./llama-server.mjs").LlamaServer} server */
export async function plainTokens(server, messages) {
  const controls = await controlsOf(server);
  const texts = controls.map(({ text }) => text);
  const spelled = controls.map(({ text, always }) => (always ? text[0] + CUT + text.slice(1) : text));
  const replaced = (text) => texts.reduce((all, control, i) => all.replaceAll(control, standIn(i)), text);
  const hide = (text) => replaced(text) + endOf(replaced(text), controls);
  const show = (text) => spelled.reduce((all, control, i) => all.replaceAll(standIn(i), control), text);
  const rendered = await server.render(messages.map((message) => hidden(message, hide)));
  if (rendered === null) return null;
  const tokens = [];
  let before;
  for (const piece of pieces(rendered, texts)) {
    const known = controls.find(({ text }) => text === piece);
    const whole = piece.replaceAll(END, "").replaceAll(CUTTING_END, CUT);
    const shown = show(before?.takesSpace ? whole.trimStart() : whole);
    for (const text of shown.split(CUT)) {
      const options = { begins: false, control: known !== undefined };
      if (text !== "") tokens.push(...(await server.tokenize(text, options)));
    }
    before = known;
  }
  return framed(server, tokens);
}

/** The model's control tokens; `always`: they are read in plain text too; `takesSpace`: with what follows them. */
async function controlsOf(server) {
  const known = [];
  for (const text of new Set(CONTROLS)) {
    const tokens = await server.tokenize(text, { begins: false });
    const letters = await server.tokenize(text, { begins: false, control: false });
    if (tokens.length > 1) continue;
    const [spaced, close] = [`${text}\nq`, `${text}q`];
    const takesSpace =
      (await server.tokenize(spaced, { begins: false })).length ===
      (await server.tokenize(close, { begins: false })).length;
    known.push({ text, always: letters.length === 1, takesSpace });
  }
  return known;
}

function endOf(text, controls) {
  const within = controls.filter(({ text: control }) =>
    Array.from(control, (_, i) => control.slice(0, i)).some((start) => start !== "" && text.endsWith(start)),
  );
  if (within.length === 0) return "";
  return within.some(({ always }) => always) ? CUTTING_END : END;
}

function hidden({ role, content }, hide) {
  if (typeof content === "string") return { role, content: hide(content) };
  return { role, content: content.map(({ type, text }) => ({ type, text: hide(text) })) };
}

/** `text` cut before and after each control token. */
function pieces(text, controls) {
  const escaped = controls.map((control) => control.replaceAll(/[|]/g, "\\|"));
  return text.split(new RegExp(`(${escaped.join("|")})`)).filter((piece) => piece !== "");
}

/** With the BOS and the EOS that are added to every text. */
async function framed(server, tokens) {
  const inside = await server.tokenize("q", { begins: false });
  const all = await server.tokenize("q");
  const begin = all.findIndex((_, i) => inside.every((token, j) => all[i + j] === token));
  return [...all.slice(0, begin), ...tokens, ...all.slice(begin + inside.length)];
}

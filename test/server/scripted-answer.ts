import type { AnswerPart, TokenLogprob } from "../../src/engine/messages.js";
import type { Answer, AnswerContext, FinishReason } from "../../src/server/answer.js";
import type { AnswerPiece } from "../../src/server/answer-piece.js";
import type { EventStream } from "../../src/server/event-stream.js";
import { Vocabulary } from "../../src/server/vocabulary.js";

/** Tokens 0 to 25 are the letters. */
const vocabulary = new Vocabulary({
  tokenBytes: Buffer.from("abcdefghijklmnopqrstuvwxyz"),
  tokenOffsets: Uint32Array.from({ length: 27 }, (_, i) => i),
});

/** What an answer is made with, as far as the answers of lists of items look at it. */
export function contextOf(call: { maxTokens?: number | null; logprobs?: number | null } = {}): AnswerContext {
  return {
    modelName: "scripted",
    created: 1_700_000_000,
    vocabulary,
    reply: { request: { id: "request-1" } },
    call: { maxTokens: null, logprobs: null, ...call },
  } as AnswerContext;
}

/** Gathers what would be written. */
export class TextStream {
  text = "";
  opened = false;

  write(text: string): void {
    this.opened = true;
    this.text += text;
  }

  flush(): void {}

  end(last: string): void {
    this.write(last);
  }

  fail(last: string): void {
    this.end(last);
  }

  get asEventStream(): EventStream {
    return this as unknown as EventStream;
  }

  /** The events that came. */
  get events(): { event: string; data: { type: string } & Record<string, unknown> }[] {
    const texts = this.text.split("\n\n");
    if (texts.pop() !== "") throw new Error("The stream ends within an event.");
    return texts.map((text) => {
      const [, event, data] = /^event: (.+)\ndata: (.+)$/.exec(text)!;
      return { event: event!, data: JSON.parse(data!) as { type: string } };
    });
  }
}

export const content = (text: string): AnswerPart => ({ kind: "content", text });
export const thought = (text: string): AnswerPart => ({ kind: "reasoning", text });
/** The first part of a call has its name. */
export function call(index: number, text: string, name = ""): AnswerPart {
  return { kind: "tool_call", index, id: name === "" ? "" : `call${index}`, name, text };
}

export function piece(...parts: AnswerPart[]): AnswerPiece {
  return { text: "", parts, logprobs: null, promptLogprobs: null };
}

export function plain(text: string, logprobs: TokenLogprob[] | null = null): AnswerPiece {
  return { text, parts: null, logprobs, promptLogprobs: null };
}

export const USAGE = { promptTokens: 7, cachedTokens: 3, generatedTokens: 5 };

/** Plays an answer to its end. */
export function play<A extends Answer>(answer: A, pieces: AnswerPiece[], finish: FinishReason = "stop"): A {
  for (const piece of pieces) answer.piece(0, piece);
  answer.end(0, finish, USAGE);
  return answer;
}

/** Answers as models may give them: thoughts, words and calls in any order, in pieces of any size. */
export function randomPieces(seed: number): AnswerPiece[] {
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const parts: AnswerPart[] = [];
  let calls = 0;
  for (let item = 0; item < random(6); item++) {
    const texts = Array.from({ length: random(4) }, () => ["a", 'ü"', "\n", "", "🌍"][random(5)]!);
    const kind = random(3);
    if (kind === 0) parts.push(...texts.map(content));
    else if (kind === 1) parts.push(...texts.map(thought));
    else {
      const index = calls++;
      const json = JSON.stringify({ text: texts.join("") });
      const cut = random(json.length);
      parts.push(call(index, json.slice(0, cut), "tool"), call(index, json.slice(cut)));
    }
  }
  const pieces: AnswerPiece[] = [];
  while (parts.length > 0) pieces.push(piece(...parts.splice(0, random(3))));
  return pieces;
}

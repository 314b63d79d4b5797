import { randomUUID } from "node:crypto";
import type { TokenUsage } from "../engine/messages.js";
import type { Answer, AnswerContext, FinishReason } from "./answer.js";
import type { AnswerPiece } from "./answer-piece.js";
import type { ApiError } from "./errors.js";
import { EventStream } from "./event-stream.js";
import { GatheredChoice } from "./gathered-choice.js";
import { VERSION } from "./package-info.js";
import { toldTimings } from "./timings.js";
import { usageOf, type Usage } from "./usage.js";

/** How chat or text completions word an answer. Choices of streams are JSON texts: a token then costs one escape. */
export interface AnswerFormat {
  idPrefix: string;
  object: string;
  /** Whether the client gets no token that was sampled; then usage tells of none. */
  empty?: boolean;
  /** Which of the choices the client gets, in order; all by default. */
  chosen?(choices: GatheredChoice[], context: AnswerContext): GatheredChoice[];
  choice(index: number, choice: GatheredChoice, context: AnswerContext): object;
  stream: {
    object: string;
    choice(index: number, context: AnswerContext): StreamedChoice;
  };
}

/** One choice of a stream; each text is an element of a chunk's `choices`. */
export interface StreamedChoice {
  /** What comes before the first piece; null for nothing. */
  opening: string | null;
  pieces(piece: AnswerPiece): string[];
  closing(finish: FinishReason): string;
}

/** What every object of one answer repeats. */
function headOf(format: AnswerFormat, object: string, { model, modelName, created }: AnswerContext) {
  return {
    id: format.idPrefix + randomUUID().replaceAll("-", ""),
    object,
    created,
    model: modelName,
    system_fingerprint: `tacho-${VERSION}-${model.backend}`,
  };
}

function toldUsage({ empty }: AnswerFormat, { call }: AnswerContext, usages: TokenUsage[]): Usage {
  return usageOf(empty ? usages.map((usage) => ({ ...usage, generatedTokens: 0 })) : usages, call.n);
}

/** Gathers an answer that is sent in one piece. */
export class WholeAnswer implements Answer {
  readonly #choices: GatheredChoice[];

  constructor(
    private readonly format: AnswerFormat,
    private readonly context: AnswerContext,
  ) {
    const { prompts, n } = context.call;
    this.#choices = Array.from({ length: prompts.length * n }, () => new GatheredChoice());
  }

  piece(choice: number, piece: AnswerPiece): void {
    this.#choices[choice]!.add(piece);
  }

  end(choice: number, finish: FinishReason, usage: TokenUsage): void {
    this.#choices[choice]!.end(finish, usage);
  }

  flush(): void {}

  finish(): object {
    const { format, context } = this;
    const chosen = format.chosen?.(this.#choices, context) ?? this.#choices;
    const usages = this.#choices.map((choice) => choice.usage);
    return {
      ...headOf(format, format.object, context),
      choices: chosen.map((choice, index) => format.choice(index, choice, context)),
      usage: toldUsage(format, context, usages),
      ...toldTimings(context),
    };
  }

  fail(): boolean {
    return false;
  }
}

/** Server-sent chunks; the bytes around a text are made once a request. */
export class StreamedAnswer implements Answer {
  readonly #stream: EventStream;
  readonly #before: string;
  readonly #after: string;
  readonly #choices: { streamed: StreamedChoice; begun: boolean; usage: TokenUsage }[];

  constructor(
    private readonly format: AnswerFormat,
    private readonly context: AnswerContext,
    private readonly includeUsage: boolean,
  ) {
    this.#stream = new EventStream(context.reply);
    const common = JSON.stringify(headOf(format, format.stream.object, context));
    this.#before = `data: ${common.slice(0, -1)},"choices":[`;
    this.#after = includeUsage ? '],"usage":null}\n\n' : "]}\n\n";
    const { prompts, n } = context.call;
    this.#choices = Array.from({ length: prompts.length * n }, (_, index) => ({
      streamed: format.stream.choice(index, context),
      begun: false,
      usage: { promptTokens: 0, cachedTokens: 0, generatedTokens: 0 },
    }));
  }

  piece(index: number, piece: AnswerPiece): void {
    this.#begin(index);
    for (const choice of this.#choices[index]!.streamed.pieces(piece)) this.#chunk(choice);
  }

  end(index: number, finish: FinishReason, usage: TokenUsage): void {
    this.#begin(index);
    const choice = this.#choices[index]!;
    choice.usage = usage;
    this.#chunk(choice.streamed.closing(finish));
  }

  flush(at: number): void {
    this.#stream.flush(at);
  }

  finish(): undefined {
    const usages = this.#choices.map(({ usage }) => usage);
    const told = {
      ...(this.includeUsage && { usage: toldUsage(this.format, this.context, usages) }),
      ...toldTimings(this.context),
    };
    const members = JSON.stringify(told).slice(1);
    this.#stream.end(`${members === "}" ? "" : `${this.#before}],${members}\n\n`}data: [DONE]\n\n`);
  }

  fail(error: ApiError): boolean {
    if (!this.#stream.opened) return false;
    this.#stream.fail(`data: ${JSON.stringify(error.body)}\n\n`);
    return true;
  }

  #begin(index: number): void {
    const choice = this.#choices[index]!;
    if (choice.begun) return;
    choice.begun = true;
    if (choice.streamed.opening !== null) this.#chunk(choice.streamed.opening);
  }

  #chunk(choice: string): void {
    this.#stream.write(this.#before + choice + this.#after);
  }
}

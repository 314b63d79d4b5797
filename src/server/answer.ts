import type { FastifyReply } from "fastify";
import type { ModelInfo, RequestEnd, TokenUsage } from "../engine/messages.js";
import type { AnswerPiece } from "./answer-piece.js";
import type { ApiError } from "./errors.js";
import type { GenerationCall } from "./generation-call.js";
import type { RequestRecord } from "./request-record.js";
import type { Vocabulary } from "./vocabulary.js";

export type FinishReason = "stop" | "length" | "tool_calls";

/** How the engine ended a choice. */
export type AnswerEnd = TokenUsage & Pick<RequestEnd, "stop">;

/** What an answer is made with. */
export interface AnswerContext {
  model: ModelInfo;
  vocabulary: Vocabulary;
  /** As the client named the model, an adapter's perhaps. */
  modelName: string;
  call: GenerationCall;
  record: RequestRecord;
  reply: FastifyReply;
  /** Unix time in seconds. */
  created: number;
}

/** One client's answer on its way out. After `finish` or `fail` it takes nothing more. */
export interface Answer {
  /** @param choice Counted through: choice c of prompt p is p * n + c. */
  piece(choice: number, piece: AnswerPiece): void;
  /** The choice's last word. */
  end(choice: number, finish: FinishReason, end: AnswerEnd): void;
  /**
   * Writes what has gathered, if this answer is written as it comes.
   * @param at When that came, in seconds on any clock that does not jump.
   */
  flush(at: number): void;
  /** All choices have ended. @returns The body for Fastify to send, or undefined when the answer was sent already. */
  finish(): object | undefined;
  /** @returns False when nothing was sent yet, so that the error can be the answer. */
  fail(error: ApiError): boolean;
}

export type MakeAnswer = (context: AnswerContext) => Answer;

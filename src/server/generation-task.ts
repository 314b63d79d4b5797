import type { FastifyReply } from "fastify";
import type { GenerateRequest, Prompt, RequestEnd } from "../engine/messages.js";
import type { Outcome } from "../metrics/catalog.js";
import type { Ticket } from "./admission.js";
import { usageOf, type Answer } from "./answer-format.js";
import type { EngineClient } from "./engine-link.js";
import { ApiError } from "./errors.js";
import type { Lease } from "./models/model-registry.js";
import type { ModelLink } from "./models/served-model.js";
import { refusalOf } from "./refusal.js";
import type { RequestRecord } from "./request-record.js";

/**
 * One generation request from admission to its last byte. Two lives end apart: the client's (answered, failed
 * or gone) and the engine's, which holds the slot until it says that it has let go.
 */
export class GenerationTask implements EngineClient {
  #ticket: Ticket | null = null;
  #submitted = false;
  #over = false;
  #resolve!: (body: object | undefined) => void;
  #reject!: (error: ApiError) => void;

  constructor(
    private readonly request: GenerateRequest,
    private readonly answer: Answer,
    private readonly record: RequestRecord,
    private readonly link: ModelLink,
  ) {}

  /**
   * @returns The body to send, or undefined for an answer that needs none: it was streamed, or nobody waits.
   * @throws ApiError as long as the answer has not begun.
   */
  run({ model: { admission }, waited }: Lease, reply: FastifyReply): Promise<object | undefined> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#resolve = (body) => {
        // Fastify would send undefined too.
        if (body === undefined && !reply.sent) reply.hijack();
        resolve(body);
      };
      const ticket = admission.enter({
        bytes: promptBytes(this.request.prompt),
        priority: this.request.priority,
        waited,
        admit: () => this.#submit(),
        refuse: (reason) => this.fail(refusalOf(reason, admission)),
      });
      if (typeof ticket === "string") this.fail(refusalOf(ticket, admission));
      else this.#ticket = ticket;
    });
  }

  onText(text: string): void {
    if (!this.#over) this.answer.text(text);
  }

  onFlush(): void {
    if (!this.#over) this.answer.flush();
  }

  onEnd(end: RequestEnd): void {
    this.#ticket?.release();
    if (this.#over) return;
    if (end.reason === "stop" || end.reason === "length") {
      this.#close(end.reason);
      this.#resolve(this.answer.finish(end.reason, usageOf(end)));
    } else {
      this.fail(engineError(end, this.request.prompt));
    }
  }

  onLost(): void {
    this.#ticket?.release();
    this.fail(new ApiError("engine_restarting"));
  }

  /** Nobody waits for the answer any more. */
  clientLeft(): void {
    if (this.#over) return;
    this.#close("cancelled");
    this.#letGo();
    this.#resolve(undefined);
  }

  /** Ends the request with `error`, as the answer or, once that has begun, as its last event. */
  fail(error: ApiError): void {
    if (this.#over) return;
    this.#close(error.kind.outcome);
    this.#letGo();
    if (this.answer.fail(error)) this.#resolve(undefined);
    else this.#reject(error);
  }

  #submit(): void {
    this.#submitted = true;
    this.link.submit(this.request, this);
  }

  /** The slot of a submitted request comes free with the engine's last word. */
  #letGo(): void {
    if (this.#submitted) this.link.cancel(this.request.id);
    else this.#ticket?.release();
  }

  #close(outcome: Outcome): void {
    this.#over = true;
    this.record.settle(outcome);
  }
}

function engineError({ error }: RequestEnd, prompt: Prompt): ApiError {
  if (!error) return new ApiError("engine_failed", { reason: "The engine gave the request up." });
  if (error.code === "engine_failed") return new ApiError(error.code, { reason: error.message });
  const param = prompt.kind === "chat" ? "messages" : "prompt";
  return new ApiError(error.code, { reason: error.message }, param);
}

/** An estimate that needs no encoding: most text is one byte a character. */
function promptBytes(prompt: Prompt): number {
  if (prompt.kind === "tokens") return prompt.tokens.length * 4;
  return prompt.kind === "text" ? prompt.text.length : prompt.messages.length;
}

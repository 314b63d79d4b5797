import type { FastifyReply, FastifyRequest } from "fastify";
import type { CallResults, EngineCall, ModelInfo } from "../engine/messages.js";
import type { Admission, Ticket } from "./admission.js";
import { OVER, whenOver } from "./connection.js";
import type { EngineCallError } from "./engine-link.js";
import { ApiError } from "./errors.js";
import { failureStatus, type EngineStatus } from "./meters/engine-request-meters.js";
import { requireKind } from "./models/model-kind.js";
import type { Asked, Lease, ModelRegistry } from "./models/model-registry.js";
import { refusalOf } from "./refusal.js";
import { readingSize } from "./request-size.js";

/** What a route asks a model for besides generating. */
export interface ModelCall {
  /** As the client named it, if it did. */
  model: string | undefined;
  kinds: readonly ModelInfo["kind"][];
  /** Whether it takes one of the model's slots; tokenising and the like do not. */
  takesSlot: boolean;
  /** Bytes that it holds while it waits. */
  bytes: number;
  priority?: number;
  /** What needs the model's limits to be checked, before it waits. @throws ApiError */
  check?: (info: ModelInfo) => void;
  /** The field that an input, document or token of this index came in. */
  paramOf: (input: number | null) => string;
}

export type AskModel = <C extends EngineCall>(call: C, first?: number) => Promise<CallResults[C["kind"]]>;

type Work<T> = (ask: AskModel, info: ModelInfo) => Promise<T>;

/** The one way from a validated request to a model's answer that is no generated text. */
export class ModelCalls {
  readonly #running = new Set<AbortController>();

  constructor(private readonly models: ModelRegistry) {}

  /**
   * @param work Asks the model, several times perhaps (`first`: index of the call's first input), and makes the body
   * of what comes.
   * @returns That body; undefined when the client has left.
   * @throws ApiError
   */
  async serve<T>(
    call: ModelCall,
    request: FastifyRequest,
    reply: FastifyReply,
    work: Work<T>,
  ): Promise<T | undefined> {
    const end = new AbortController();
    whenOver(request, reply, () => end.abort(OVER));
    this.#note(call, request);
    this.#running.add(end);
    try {
      const body = await this.#leased(call, request, end.signal, (ask, info) =>
        work(recorded(ask, request, end.signal), info),
      );
      request.record?.settle("stop");
      return body;
    } catch (error) {
      if (!end.signal.aborted || end.signal.reason instanceof ApiError) throw error;
      reply.hijack();
      return undefined;
    } finally {
      this.#running.delete(end);
    }
  }

  /** Ends all that run with `error`. */
  abandon(error: ApiError): void {
    for (const end of [...this.#running]) end.abort(error);
  }

  /** @throws ApiError */
  #note({ model }: ModelCall, { tenant, record, textRecord }: FastifyRequest): void {
    if (record) record.model = model;
    const found = this.models.find(model, tenant).model;
    record?.servedBy(found);
    textRecord?.servedBy(found);
  }

  async #leased<T>(
    call: ModelCall,
    { tenant, routeOptions }: FastifyRequest,
    end: AbortSignal,
    work: Work<T>,
  ): Promise<T> {
    const asked = { name: call.model, tenant, route: routeOptions.url!, bytes: call.bytes };
    const lease = await this.models.lease(asked, end);
    try {
      return await inTurn(lease, call, asked, end, work);
    } finally {
      lease.release();
    }
  }
}

async function inTurn<T>(
  { model, waited }: Lease,
  call: ModelCall,
  { tenant, route }: Asked,
  end: AbortSignal,
  work: Work<T>,
): Promise<T> {
  const info = requireKind(model, call.kinds);
  call.check?.(info);
  const asked = { ...call, priority: tenant.priorityOf(call.priority ?? 0), route };
  const ticket = await enter(call.takesSlot ? model.admission : model.textCalls, asked, waited, end);
  const ask: AskModel = async (engineCall, first = 0) => {
    end.throwIfAborted();
    try {
      const result = await model.link.call(engineCall);
      tenant.account(computedTokens(engineCall, result));
      return result;
    } catch (error) {
      throw callError(error as EngineCallError, call, first);
    }
  };
  // What the engine has been asked for it computes, though nobody waits any more: the slot is taken until then.
  const answered = work(ask, info).then(
    (body) => {
      ticket.release(true);
      return body;
    },
    (error: unknown) => {
      ticket.release();
      throw error;
    },
  );
  return Promise.race([answered, aborted(end)]);
}

/** Notes what the engine is asked for this request, and what it read for it. */
function recorded(ask: AskModel, { record, textRecord }: FastifyRequest, end: AbortSignal): AskModel {
  return async (call, first) => {
    end.throwIfAborted();
    textRecord?.submitted();
    if (!record) return ask(call, first);
    const at = record.submitted();
    try {
      const result = await ask(call, first);
      const usage = { promptTokens: computedTokens(call, result), cachedTokens: 0, generatedTokens: 0 };
      record.ended(usage, "success", at);
      return result;
    } catch (error) {
      record.ended(null, statusOf(error), at);
      throw error;
    }
  };
}

/** Of what did not come to its end. */
function statusOf(error: unknown): EngineStatus {
  if (!(error instanceof ApiError)) return "error";
  return error.code === "engine_restarting" ? "lost" : failureStatus(error.code);
}

/** What the model read; tokenising alone computes nothing. */
function computedTokens<C extends EngineCall>(call: C, result: CallResults[C["kind"]]): number {
  if (call.kind !== "embed" && call.kind !== "rank") return 0;
  return (result as CallResults["embed" | "rank"]).tokens.reduce((sum, count) => sum + count, 0);
}

/** Waits for a slot. @throws ApiError */
function enter(
  admission: Admission,
  { bytes, priority = 0, route }: ModelCall & { route: string },
  waited: number,
  end: AbortSignal,
): Promise<Ticket> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      (ticket as Ticket).release();
      reject(end.reason as Error);
    };
    const stay = () => end.removeEventListener("abort", leave);
    const ticket = admission.enter({
      ...{ route, size: readingSize(bytes), priority, waited },
      admit: () => {
        stay();
        resolve(ticket as Ticket);
      },
      refuse: (refusal) => {
        stay();
        reject(refusalOf(refusal, admission));
      },
    });
    if ("code" in ticket) reject(refusalOf(ticket, admission));
    else if (end.aborted) leave();
    else end.addEventListener("abort", leave);
  });
}

function aborted(end: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    end.addEventListener("abort", () => reject(end.reason as Error));
  });
}

/** @param first Index of the first input of those that were asked about. */
function callError(
  { code, message, input }: EngineCallError,
  { paramOf }: ModelCall,
  first: number,
): ApiError {
  if (code === "engine_lost") return new ApiError("engine_restarting");
  if (code === "engine_failed") return new ApiError(code, { reason: message });
  return new ApiError(code, { reason: message }, paramOf(input === null ? null : first + input));
}

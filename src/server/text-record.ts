import type { FastifyInstance } from "fastify";
import { ERRORS, type ErrorCode, type ErrorKind } from "./errors.js";
import type { ModelMeters } from "./meters.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on the routes that tokenise and the like. */
    textRecord: TextRecord | null;
  }
}

/** A request that costs a model next to nothing: metrics count it no more than as one that was turned away. */
export class TextRecord {
  #meters: ModelMeters;
  #submitted = false;

  /** @param model That which counts what no model is found for. @param route The route's template. */
  constructor(
    model: ModelMeters,
    private readonly route: string,
  ) {
    this.#meters = model;
    model.rejectionsOf(route); // born at zero, so that the first one is seen to be more
  }

  /** The model that the request names is known now. */
  servedBy({ meters }: { meters: ModelMeters }): void {
    this.#meters = meters;
    meters.rejectionsOf(this.route);
  }

  /** The engine hears of it. */
  submitted(): void {
    this.#submitted = true;
  }

  failed(code: ErrorCode): void {
    const { rejection }: ErrorKind = ERRORS[code];
    if (rejection !== undefined && !this.#submitted) this.#meters.rejectionsOf(this.route)[rejection].inc();
  }
}

/** Gives every request of this scope such a record. @param model Counts what no model is found for. */
export function useTextRecords(app: FastifyInstance, model: ModelMeters): void {
  app.addHook("onRequest", (request, _, done) => {
    request.textRecord = new TextRecord(model, request.routeOptions.url!);
    done();
  });
}

import type { FastifyInstance } from "fastify";
import type { Outcome } from "../metrics/catalog.js";
import { whenOver } from "./connection.js";
import { now, type ModelMeters } from "./meters.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on the routes that compute. */
    record: RequestRecord | null;
  }
}

/** Counts a request to a model under one outcome: the first that is settled on. */
export class RequestRecord {
  readonly arrivedAt = now();
  #settled = false;

  /** @param meters Those that count what no model is found for. */
  constructor(private meters: ModelMeters) {}

  /** The model that the request names is known now. */
  servedBy(meters: ModelMeters): void {
    this.meters = meters;
  }

  settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.meters.outcomes[outcome].inc();
    this.meters.requestDuration.observe(now() - this.arrivedAt);
  }
}

/** Gives every request of this scope a record; one that nobody settled was closed by its client. */
export function useRequestRecords(app: FastifyInstance, meters: ModelMeters): void {
  app.addHook("onRequest", (request, reply, done) => {
    const record = new RequestRecord(meters);
    request.record = record;
    whenOver(request, reply, (error) => record.settle(error?.kind.outcome ?? "cancelled"));
    done();
  });
}

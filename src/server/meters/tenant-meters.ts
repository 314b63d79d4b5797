import { OUTCOMES, type Outcome } from "../../metrics/catalog.js";
import type { CounterHandle } from "../../telemetry/index.js";
import type { ServerMetrics } from "../meters.js";
import { each } from "./turn-meters.js";

/** What one tenant's requests leave behind, whatever their model. */
export class TenantMeters {
  readonly outcomes: Record<Outcome, CounterHandle>;

  constructor(metrics: ServerMetrics, tenant: string) {
    this.outcomes = each(OUTCOMES, (outcome) => metrics.tenantRequests.labels({ tenant, outcome }));
  }
}

import type { KeyRing } from "../access/key-ring.js";
import type { RateLimits } from "../access/rate-limits.js";
import { tenantLabel } from "../access/tenant.js";
import type { ServerMetrics } from "../meters.js";

/** Their series are computed every second; beyond as many as a metric has, they would overwrite each other. */
const MOST_TENANTS = 400;

/** Shows how many keys there are, and what is left of the limits of those that have some. */
export function showKeys(metrics: ServerMetrics, keys: KeyRing): void {
  metrics.apiKeys.labels({}).set(keys.tenants.length);
  for (const [tenant, limits] of [...limitsByTenant(keys)].slice(0, MOST_TENANTS)) {
    for (const of of ["requests", "tokens"] as const) {
      const limited = limits.filter((one) => one.remaining(of) !== null);
      if (limited.length === 0) continue;
      const least = () => Math.min(...limited.map((one) => one.remaining(of)!));
      metrics.rateLimitRemaining.labels({ tenant, of }).from(least);
    }
  }
}

function limitsByTenant({ tenants }: KeyRing): Map<string, RateLimits[]> {
  const all = new Map<string, RateLimits[]>();
  for (const tenant of tenants) {
    if (tenant.limits === null) continue;
    const name = tenantLabel(tenant);
    const limits = all.get(name) ?? [];
    limits.push(tenant.limits);
    all.set(name, limits);
  }
  return all;
}

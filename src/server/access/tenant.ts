import type { ApiKey } from "./api-key.js";
import { RateLimits } from "./rate-limits.js";
import type { Clock } from "./token-bucket.js";

/** On whose behalf a request comes, and what that allows. */
export interface Tenant {
  /** "" without keys. */
  readonly name: string;
  /** Name of the key that was sent. */
  readonly key: string;
  readonly isAdmin: boolean;
  /** Null without limits. */
  readonly limits: RateLimits | null;
  allows(model: string): boolean;
  /** @param own What the request asks for. */
  priorityOf(own: number): number;
  /** The salt that keeps cached prefixes apart, from the request's own. */
  saltOf(own: string): string;
  /** Called once a request that reached the engine has ended, however it did. */
  account(tokens: number): void;
}

/** Everybody, where there are no keys. */
export const ANONYMOUS: Tenant = {
  name: "",
  key: "",
  isAdmin: true,
  limits: null,
  allows: () => true,
  priorityOf: (own) => own,
  saltOf: (own) => own,
  account: () => undefined,
};

/** As metrics name it. */
export function tenantLabel({ name }: Tenant): string {
  return name === "" ? "default" : name;
}

/** As the API's field has it. */
export const LOWEST_PRIORITY = -100;

/** Whoever sends one key. */
export class KeyTenant implements Tenant {
  readonly limits: RateLimits | null;

  constructor(
    private readonly entry: ApiKey,
    clock: Clock,
  ) {
    const { requestsPerMinute: requests, tokensPerMinute: tokens } = entry;
    const unlimited = requests === null && tokens === null;
    this.limits = unlimited ? null : new RateLimits({ requests, tokens }, clock);
  }

  get name(): string {
    return this.entry.tenant;
  }

  get key(): string {
    return this.entry.name;
  }

  get isAdmin(): boolean {
    return this.entry.admin;
  }

  allows(model: string): boolean {
    return this.entry.models?.has(model) ?? true;
  }

  /** A key's priority is what its requests start from and the most they reach: nobody gets past it by asking. */
  priorityOf(own: number): number {
    const { priority } = this.entry;
    return priority === null ? own : Math.max(LOWEST_PRIORITY, priority + Math.min(0, own));
  }

  /** No salt of a client's holds a NUL, and no tenant's name does, so no other pair makes the same. */
  saltOf(own: string): string {
    return `${this.entry.tenant}\0${own}`;
  }

  account(tokens: number): void {
    this.limits?.account(tokens);
  }
}

import type { FastifyInstance, FastifyRequest } from "fastify";
import { tenantLabel } from "./access/tenant.js";
import { ApiError } from "./errors.js";
import { IdleMap } from "./idle-map.js";
import { now, type ModelMeters, type ServerMetrics } from "./meters.js";
import { shown } from "./schema-errors.js";

/** Sessions, and users, that are remembered at once, of all tenants together. */
const MOST = 65_536;
const USER_SECONDS = 300;

const LONGEST_USER = 256;

/** Letters, digits and signs of ASCII, as a header has them. */
const SESSION_ID = /^[\x21-\x7e]{1,256}$/;

interface Session {
  /** Of the model that it asked last. */
  meters: ModelMeters | null;
  /** That had its last request; undefined before the engine has ended one of this model's. */
  replica: number | undefined;
}

/** One request of a session. */
export class SessionTurn {
  constructor(
    private readonly session: Session,
    private readonly tenant: string,
  ) {}

  /** The model that it asks is known now. */
  servedBy(meters: ModelMeters): void {
    const { session } = this;
    if (session.meters === meters) return;
    if (session.meters) session.meters.sessions.dec();
    else meters.sessionStarted(this.tenant);
    meters.sessions.inc();
    session.meters = meters;
    session.replica = undefined;
  }

  /** The engine has ended something for it. */
  used(promptTokens: number, generatedTokens: number): void {
    this.session.meters?.sessionTokens(this.tenant, promptTokens, generatedTokens);
  }

  /** @param replica That had it, where the engine said so. */
  ended(replica: number | undefined): void {
    const { meters, replica: last } = this.session;
    if (replica === undefined) return;
    if (last !== undefined) meters?.sessionTurns[last === replica ? "hit" : "miss"].inc();
    this.session.replica = replica;
  }
}

/** Who has asked lately: sessions until they have been silent for long enough, and users for five minutes. */
export class Sessions {
  readonly #sessions: IdleMap<Session>;
  readonly #users: IdleMap<true>;
  readonly #activeUsers;

  /** @param seconds Silence after which a session has ended. @param clock In seconds. */
  constructor(metrics: ServerMetrics, seconds: number, clock = now, most = MOST) {
    this.#sessions = new IdleMap(most, seconds, clock, ({ meters }) => meters?.sessions.dec());
    this.#users = new IdleMap(most, USER_SECONDS, clock);
    this.#activeUsers = metrics.activeUsers.labels({});
  }

  /** A request of this session has come. */
  turn(tenant: string, id: string): SessionTurn {
    let session = this.#sessions.use(tenant, id);
    if (!session) {
      session = { meters: null, replica: undefined };
      this.#sessions.add(tenant, id, session);
    }
    return new SessionTurn(session, tenant);
  }

  /** A request of this user has come. */
  seen(tenant: string, user: string): void {
    if (!this.#users.use(tenant, user)) this.#users.add(tenant, user, true);
    this.#activeUsers.set(this.#users.size);
  }

  /** Lets those go that have been silent for too long; to be called every second or so. */
  expire(): void {
    this.#sessions.expire();
    this.#users.expire();
    this.#activeUsers.set(this.#users.size);
  }
}

/** Notes of each request of this scope, once it has been found valid, whose it is. Comes after its record's. */
export function useSessions(app: FastifyInstance, sessions: Sessions): void {
  app.addHook("preHandler", (request, _, done) => {
    const user = userOf(request.body);
    const session = sessionHeader(request) ?? user;
    const tenant = tenantLabel(request.tenant);
    const seen = [user, session, request.tenant.key];
    const kind = seen.findIndex((name) => name !== undefined);
    // Names of different kinds may be alike.
    sessions.seen(tenant, `${kind} ${seen[kind]}`);
    if (session !== undefined) request.record!.session = sessions.turn(tenant, session);
    done();
  });
}

/** @throws ApiError for one that is no name. */
function sessionHeader({ headers }: FastifyRequest): string | undefined {
  const id = headers["x-session-id"];
  if (id === undefined) return undefined;
  if (typeof id === "string" && SESSION_ID.test(id)) return id;
  const expected = "1 to 256 printable ASCII characters without spaces";
  throw new ApiError("invalid_value", { what: "the header 'X-Session-Id'", expected, received: shown(id) });
}

/** As OpenAI's clients name their user, or as Anthropic's do. Longer names are no names of users. */
function userOf(body: unknown): string | undefined {
  const { user, safety_identifier, metadata } = body as Partial<Record<string, unknown>>;
  const named = [user, safety_identifier, (metadata as { user_id?: unknown } | undefined)?.user_id];
  return named.find(isName);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_USER;
}

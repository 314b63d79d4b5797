import { defineMetrics } from "./define-metrics.js";

/**
 * A session is what X-Session-Id names, else the request's `user`, of one tenant; it ends when it has been silent for
 * --session-seconds.
 */
export const sessionMetrics = defineMetrics({
  sessions: {
    type: "gauge",
    name: "tacho_sessions_active",
    help: "Sessions with a request within the last --session-seconds.",
    labels: { model: "configured" },
  },
  sessionsStarted: {
    type: "counter",
    name: "tacho_sessions_started_total",
    help: "Sessions whose first request came, or whose first after their end.",
    labels: { model: "configured", tenant: "open" },
  },
  sessionTurns: {
    type: "counter",
    name: "tacho_session_turns_total",
    help: "Requests of a known session that the engine ended, by whether the replica of its last request took them.",
    labels: { model: "configured", affinity: ["hit", "miss"] },
  },
  sessionTokens: {
    type: "counter",
    name: "tacho_session_tokens_total",
    help: "Tokens of requests that belong to a session, prompt (cached ones included) or generated, counted when the engine ended them.",
    labels: { model: "configured", tenant: "open", kind: ["prompt", "generation"] },
  },
  activeUsers: {
    type: "gauge",
    name: "tacho_active_users",
    help: "Distinct users (the request's user, else its session, else its API key) of the last five minutes.",
    labels: {},
  },
  rateLimitRemaining: {
    type: "gauge",
    mode: "function",
    name: "tacho_rate_limit_remaining",
    help: "What is left of a tenant's limits of one minute, by what they limit; of several keys the least.",
    labels: { tenant: "configured", of: ["requests", "tokens"] },
  },
  apiKeys: {
    type: "gauge",
    name: "tacho_api_keys",
    help: "API keys that are accepted.",
    labels: {},
  },
});

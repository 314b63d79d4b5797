import { readFileSync } from "node:fs";
import { whyUnreadable } from "../model-file.js";
import { cut, shown } from "../schema-errors.js";
import { UsageError } from "../settings.js";
import { hashKey, isKey, KEY_FORM, type ApiKey } from "./api-key.js";
import { LOWEST_PRIORITY } from "./tenant.js";

/** A request's key is compared with all, which takes 0.1 µs for each. */
const MOST_KEYS = 4096;
const LONGEST_NAME = 256;
const HIGHEST_PRIORITY = -LOWEST_PRIORITY;
const MOST_PER_MINUTE = 1e9;

const HASH = /^sha256:[0-9a-f]{64}$/i;

interface Field {
  expected: string;
  accepts: (value: unknown) => boolean;
  /** Not shown in messages: it is a key, or what someone took for a place of one. */
  secret?: true;
}

const name: Field = {
  expected: `1 to ${LONGEST_NAME} characters, none of them a control character`,
  accepts: isName,
};
const perMinute: Field = {
  expected: `an integer from 1 to ${MOST_PER_MINUTE}`,
  accepts: (value) => isInteger(value, 1, MOST_PER_MINUTE),
};

/** The members of an entry. */
const FIELDS: Record<string, Field> = {
  name,
  tenant: name,
  key: { expected: KEY_FORM, accepts: (value) => typeof value === "string" && isKey(value), secret: true },
  hash: {
    expected: "'sha256:' and 64 hexadecimal digits",
    accepts: (value) => typeof value === "string" && HASH.test(value),
    secret: true,
  },
  requestsPerMinute: perMinute,
  tokensPerMinute: perMinute,
  models: {
    expected: "an array of one or more names of models",
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isName),
  },
  priority: {
    expected: `an integer from ${LOWEST_PRIORITY} to ${HIGHEST_PRIORITY}`,
    accepts: (value) => isInteger(value, LOWEST_PRIORITY, HIGHEST_PRIORITY),
  },
  admin: { expected: "true or false", accepts: (value) => typeof value === "boolean" },
};

/** An entry whose every member has been found to be right. */
interface Entry {
  name: string;
  tenant?: string;
  key?: string;
  hash?: string;
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  models?: string[];
  priority?: number;
  admin?: boolean;
}

/** @throws UsageError naming the entry and the member that is wrong. */
export function readKeysFile(path: string): ApiKey[] {
  const entries = parse(path);
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_KEYS)
    throw usage(`a JSON array of 1 to ${MOST_KEYS} entries in '${path}'`, summary(entries));
  return entries.map((entry: unknown, i) => readEntry(entry, `entry ${i + 1} of '${path}'`));
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    // The parser's message shows a piece of the file, which may be a key.
    const why = error instanceof SyntaxError ? "is not JSON" : whyUnreadable(error);
    throw new UsageError(`Expected a file of API keys for --api-keys-file, but '${path}' ${why}.`);
  }
}

function summary(value: unknown): string {
  return Array.isArray(value) ? `${value.length} entries` : `a value of type ${typeof value}`;
}

function readEntry(value: unknown, place: string): ApiKey {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw usage(`a JSON object as ${place}`, "something else");
  for (const [member, content] of Object.entries(value)) checkMember(member, content, place);
  const entry = value as Entry;
  if ((entry as Partial<Entry>).name === undefined) throw usage(`'name' in ${place}`, "an entry without it");
  if ((entry.key === undefined) === (entry.hash === undefined))
    throw usage(`either 'key' or 'hash' in ${place}`, entry.key === undefined ? "neither" : "both");
  return apiKeyOf(entry);
}

function checkMember(member: string, content: unknown, place: string): void {
  if (!Object.hasOwn(FIELDS, member))
    throw usage(`only ${Object.keys(FIELDS).join(", ")} in ${place}`, `'${cut(member)}'`);
  const { expected, accepts, secret } = FIELDS[member]!;
  if (accepts(content)) return;
  throw usage(`${expected} for '${member}' of ${place}`, secret ? "something else" : shown(content));
}

function apiKeyOf(entry: Entry): ApiKey {
  const { name, key, hash, tenant = name, admin = false } = entry;
  const { requestsPerMinute = null, tokensPerMinute = null, models, priority = null } = entry;
  return {
    ...{ name, tenant, admin, requestsPerMinute, tokensPerMinute, priority },
    hash: key === undefined ? Buffer.from(hash!.slice("sha256:".length), "hex") : hashKey(key),
    models: models ? new Set(models) : null,
  };
}

function isName(value: unknown): boolean {
  return (
    typeof value === "string" &&
    value !== "" &&
    value.length <= LONGEST_NAME &&
    !/[\p{Cc}\p{Cs}]/u.test(value)
  );
}

function isInteger(value: unknown, minimum: number, maximum: number): boolean {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

function usage(expected: string, received: string): UsageError {
  return new UsageError(`Expected ${expected}, but received ${received}.`);
}

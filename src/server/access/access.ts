import { UsageError, type Settings } from "../settings.js";
import { hashKey, isKey, KEY_FORM, type ApiKey } from "./api-key.js";
import { parseOrigins, type Origins } from "./cors.js";
import { KeyRing } from "./key-ring.js";
import { readKeysFile } from "./keys-file.js";
import { isLoopback } from "./loopback.js";
import { readTls, type TlsFiles } from "./tls.js";
import type { Clock } from "./token-bucket.js";

/** Who may reach this server, and how. */
export interface Access {
  keys: KeyRing;
  /** Null for HTTP. */
  tls: TlsFiles | null;
  /** Null without CORS. */
  origins: Origins | null;
  /** Whether other machines may reach a server that asks for no key. */
  allowsNoKey: boolean;
}

type AccessSettings = Pick<
  Settings,
  "apiKeysFile" | "apiKey" | "allowNoKey" | "tlsCert" | "tlsKey" | "corsOrigins"
>;

const monotonic: Clock = () => performance.now() / 1000;

/** Reads the files that the settings name. @throws UsageError */
export function readAccess(settings: AccessSettings, clock = monotonic): Access {
  const { apiKeysFile, apiKey, allowNoKey, tlsCert, tlsKey, corsOrigins } = settings;
  const keys = [...(apiKeysFile === "" ? [] : readKeysFile(apiKeysFile)), ...parsePlainKeys(apiKey)];
  checkTogether(keys);
  return {
    keys: new KeyRing(keys, clock),
    tls: tlsCert === "" ? null : readTls(tlsCert, tlsKey),
    origins: corsOrigins === "" ? null : parseOrigins(corsOrigins),
    allowsNoKey: allowNoKey === "on",
  };
}

/** @throws UsageError when everybody at another machine could use the server, and nobody said that this is meant. */
export function checkAddress({ keys, allowsNoKey }: Access, address: string): void {
  if (!keys.isEmpty || allowsNoKey || isLoopback(address)) return;
  const remedies = "set TACHO_API_KEY or --api-keys-file, or allow anybody to use it with --allow-no-key on";
  throw new UsageError(
    `Expected an API key for listening on ${address}, which other machines reach: ${remedies}.`,
  );
}

/** Whether browsers reach a server that asks for no key, and nobody else does: no page but this machine's own may then use it. */
export function guardsHost({ keys, allowsNoKey }: Access, address: string): boolean {
  return keys.isEmpty && !allowsNoKey && isLoopback(address);
}

/** Each is a tenant of its own, without limits, and the operator's, as nothing says whose else. The messages do not show what came. */
function parsePlainKeys(setting: string): ApiKey[] {
  if (setting === "") return [];
  return setting.split(",").map((key, i) => {
    if (!isKey(key))
      throw new UsageError(
        `Expected ${KEY_FORM} a key, separated by commas, for TACHO_API_KEY or --api-key, but key ${i + 1} is different.`,
      );
    return plainKey(`api-key-${i + 1}`, hashKey(key));
  });
}

function plainKey(name: string, hash: Buffer): ApiKey {
  const unlimited = { requestsPerMinute: null, tokensPerMinute: null, models: null, priority: null };
  return { name, tenant: name, hash, ...unlimited, admin: true };
}

function checkTogether(keys: readonly ApiKey[]): void {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, hash } of keys) {
    if (names.has(name))
      throw new UsageError(`Expected a name of its own for each API key, but received '${name}' twice.`);
    const owner = owners.get(hash.toString("hex"));
    if (owner !== undefined)
      throw new UsageError(
        `Expected a key of its own for each name, but '${owner}' and '${name}' have the same.`,
      );
    names.add(name);
    owners.set(hash.toString("hex"), name);
  }
}

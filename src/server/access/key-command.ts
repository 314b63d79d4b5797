import { hashKey, newKey } from "./api-key.js";

/** The options of `tacho key`. */
export const KEY_OPTIONS = {
  name: { flag: "name", value: "NAME", help: "name of the entry; default: client" },
} as const;

/** A new key for a client, and the entry of --api-keys-file that lets it in. */
export function keyText(given: ReadonlyMap<string, string>): string {
  const key = newKey();
  const entry = { name: given.get("name") ?? "client", hash: `sha256:${hashKey(key).toString("hex")}` };
  return [
    "The key, for its client; it is shown only now:",
    `  ${key}`,
    "Its entry, for the array in --api-keys-file:",
    `  ${JSON.stringify(entry)}`,
    "",
  ].join("\n");
}

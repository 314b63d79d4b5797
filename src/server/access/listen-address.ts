import { lookup } from "node:dns/promises";
import { checkAddress, type Access } from "./access.js";

/**
 * The address that the server listens on as `host`.
 * @throws UsageError when others would reach it and need no key
 */
export async function allowedAddress(access: Access, host: string): Promise<string> {
  const { address } = await lookup(host, { verbatim: false });
  checkAddress(access, address);
  return address;
}

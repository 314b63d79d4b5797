import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { whyUnreadable } from "../model-file.js";
import { UsageError } from "../settings.js";

/** What an HTTPS server needs, as Node's `https.createServer` takes it. */
export interface TlsFiles {
  cert: Buffer;
  key: Buffer;
  minVersion: "TLSv1.2";
}

/** Reads and tries both. @throws UsageError */
export function readTls(certPath: string, keyPath: string): TlsFiles {
  const cert = read("--tls-cert", "a certificate", certPath);
  const key = read("--tls-key", "a private key", keyPath);
  const files: TlsFiles = { cert, key, minVersion: "TLSv1.2" };
  tryOut({ cert }, `a PEM certificate for --tls-cert, but '${certPath}' is none`);
  tryOut({ key }, `a PEM private key without a passphrase for --tls-key, but '${keyPath}' is none`);
  tryOut(files, `the private key of '${certPath}' for --tls-key, but '${keyPath}' is another one`);
  return files;
}

function read(flag: string, what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`Expected ${what} for ${flag}, but '${path}' ${whyUnreadable(error)}.`);
  }
}

function tryOut(part: Partial<TlsFiles>, expected: string): void {
  try {
    createSecureContext(part);
  } catch (error) {
    throw new UsageError(`Expected ${expected} (${(error as Error).message}).`);
  }
}

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { catalog } from "../../../src/metrics/catalog.js";
import { readAccess } from "../../../src/server/access/access.js";
import { readTls } from "../../../src/server/access/tls.js";
import { HttpListener } from "../../../src/server/http-listener.js";
import { Meters } from "../../../src/server/meters.js";
import { readSettings } from "../../../src/server/settings-reader.js";
import { openTelemetry } from "../../../src/telemetry/index.js";
import { debianPackage } from "../../debian-package.js";
import { freePort } from "../free-port.js";
import { TachoProcess } from "../tacho-process.js";

const folder = mkdtempSync(join(tmpdir(), "tacho-tls-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const inFolder = (name: string) => join(folder, name);

const { openssl } = debianPackage("openssl", ["openssl"]);

interface Pair {
  tlsCert: string;
  tlsKey: string;
}

/** A certificate for 127.0.0.1 that signs itself. */
function makePair(name: string): Pair {
  const [tlsCert, tlsKey] = [inFolder(`${name}.crt`), inFolder(`${name}.key`)];
  const names = ["-subj", "/CN=tacho", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", tlsKey, "-out", tlsCert];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  execFileSync(openssl, ["req", "-x509", "-nodes", ...curve, ...names, ...files], { stdio: "pipe" });
  return { tlsCert, tlsKey };
}

const pairs = new Map<string, Pair>();
/** Not in a hook: those run without the package, too. */
function pair(name = "own"): Pair {
  if (!pairs.has(name)) pairs.set(name, makePair(name));
  return pairs.get(name)!;
}

const telemetry = openTelemetry(catalog);
async function listen(): Promise<HttpListener> {
  const access = readAccess({ ...readSettings(new Map(), {}), ...pair() });
  const listener = new HttpListener(
    new Meters(telemetry.metrics),
    (app) => app.get("/", () => Promise.resolve("secret")),
    access,
  );
  await listener.listen("127.0.0.1", 0);
  return listener;
}

const ca = () => readFileSync(pair().tlsCert);
const portOf = ({ url }: { url: string }) => Number(new URL(url).port);

async function get(url: string): Promise<string> {
  const [response] = (await once(request(url, { ca: ca(), agent: false }).end(), "response")) as [
    IncomingMessage,
  ];
  let text = "";
  for await (const bytes of response) text += String(bytes);
  return text;
}

async function agreeOn(listener: HttpListener, options: ConnectionOptions): Promise<string | null> {
  const socket = connect({ port: portOf(listener), host: "127.0.0.1", ca: ca(), ...options });
  try {
    await once(socket, "secureConnect");
    return socket.getProtocol();
  } finally {
    socket.destroy();
  }
}

describe("HTTPS", () => {
  it("answers at the address it names", async () => {
    const listener = await listen();
    expect(listener.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await get(listener.url)).toBe("secret");
    await listener.close();
  });

  it("speaks no version below 1.2, and no HTTP in the clear", async () => {
    const listener = await listen();
    expect(await agreeOn(listener, {})).toBe("TLSv1.3");
    expect(await agreeOn(listener, { maxVersion: "TLSv1.2" })).toBe("TLSv1.2");
    // The client's own floor is lowered, so that it is the server who refuses.
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(agreeOn(listener, old)).rejects.toThrow(/alert protocol version/);
    await expect(fetch(listener.url.replace("https", "http"))).rejects.toThrow();
    expect(await get(listener.url)).toBe("secret");
    await listener.close();
  });

  it("closes, and with it connections whose handshake never ended", async () => {
    const listener = await listen();
    const silent: Socket = connectTcp(portOf(listener), "127.0.0.1").on("error", () => undefined);
    await once(silent, "connect");
    // The one that came later is there, and so the silent one is too.
    expect(await get(listener.url)).toBe("secret");
    const start = performance.now();
    await Promise.all([once(silent, "close"), listener.close()]);
    // Long before the handshake would have taken too long by itself, which is 10 s.
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it("is what the banner shows for both ports, with the key that a request needs", async () => {
    const { tlsCert, tlsKey } = pair();
    const ports = ["--port", "0", "--metrics-port", String(await freePort())];
    const args = [...ports, "--tls-cert", tlsCert, "--tls-key", tlsKey];
    const tacho = new TachoProcess("scripted", args, { TACHO_API_KEY: "0123456789abcdef" });
    const url = await tacho.url();
    expect(url).toMatch(/^https:/);
    const metrics = /metrics +(https:\S+)/.exec(tacho.stdout)![1]!;
    expect(new URL(metrics).port).toBe(ports.at(-1));
    expect(await get(metrics)).toContain("tacho_http_requests_total");
    expect(tacho.stdout).toContain("-H 'Authorization: Bearer YOUR_API_KEY' \\\n");
    expect(await get(`${url}/livez`)).toBe('{"status":"ok"}');
    tacho.kill("SIGTERM");
    expect(await tacho.ended()).toBe(0);
  });
});

describe("a certificate and its key", () => {
  it.each<[what: string, files: () => [cert: string, key: string], message: RegExp]>([
    [
      "a missing certificate",
      () => ["/no.crt", pair().tlsKey],
      /^Expected a certificate for --tls-cert, but '\/no\.crt' does not exist\.$/,
    ],
    [
      "a missing key",
      () => [pair().tlsCert, "/no.key"],
      /^Expected a private key for --tls-key, but '\/no\.key' does not exist\.$/,
    ],
    [
      "a key as certificate",
      () => [pair().tlsKey, pair().tlsKey],
      /^Expected a PEM certificate for --tls-cert, but '.*own\.key' is none \(/,
    ],
    [
      "a certificate as key",
      () => [pair().tlsCert, pair().tlsCert],
      /^Expected a PEM private key without a passphrase for --tls-key, but '.*own\.crt' is none \(/,
    ],
    [
      "another's key",
      () => [pair().tlsCert, pair("other").tlsKey],
      /^Expected the private key of '.*own\.crt' for --tls-key, but '.*other\.key' is another one \(/,
    ],
  ])("are refused when they are %s", (_, files, message) => {
    expect(() => readTls(...files())).toThrow(message);
  });

  it("are refused when the key has a passphrase", () => {
    const encrypted = inFolder("encrypted.key");
    const key = ["-in", pair().tlsKey, "-out", encrypted];
    execFileSync(openssl, ["pkcs8", "-topk8", "-passout", "pass:secret", ...key], { stdio: "pipe" });
    expect(() => readTls(pair().tlsCert, encrypted)).toThrow(
      "a PEM private key without a passphrase for --tls-key",
    );
  });

  it("are refused when one of them is an empty file", () => {
    writeFileSync(inFolder("empty"), "");
    expect(() => readTls(inFolder("empty"), pair().tlsKey)).toThrow("a PEM certificate for --tls-cert");
    expect(() => readTls(pair().tlsCert, inFolder("empty"))).toThrow("a PEM private key");
  });
});

import { describe, expect, it } from "vitest";
import { checkAddress, readAccess } from "../../../src/server/access/access.js";
import { hashKey } from "../../../src/server/access/api-key.js";
import { readKeysFile } from "../../../src/server/access/keys-file.js";
import { UsageError, type Settings } from "../../../src/server/settings.js";
import { readSettings } from "../../../src/server/settings-reader.js";
import { KeysFolder } from "./keys-folder.js";

const folder = new KeysFolder();
const key = "0123456789abcdef";
const hash = `sha256:${hashKey(key).toString("hex")}`;

const access = (settings: Partial<Settings>) => readAccess({ ...readSettings(new Map(), {}), ...settings });

describe("a file of API keys", () => {
  it("says what each key allows", () => {
    const file = folder.write([
      { name: "small", hash: hash.toUpperCase().replace("SHA", "sha") },
      {
        name: "full",
        tenant: "acme",
        key: "another key's sixteen".replaceAll(" ", "-"),
        requestsPerMinute: 10,
        tokensPerMinute: 1000,
        models: ["a", "b"],
        priority: -3,
        admin: true,
      },
    ]);
    const [small, full] = readKeysFile(file);
    expect(small).toEqual({
      name: "small",
      tenant: "small",
      hash: hashKey(key),
      requestsPerMinute: null,
      tokensPerMinute: null,
      models: null,
      priority: null,
      admin: false,
    });
    expect(full).toEqual({
      name: "full",
      tenant: "acme",
      hash: hashKey("another-key's-sixteen"),
      requestsPerMinute: 10,
      tokensPerMinute: 1000,
      models: new Set(["a", "b"]),
      priority: -3,
      admin: true,
    });
  });

  const a = { name: "a", hash };
  it.each<[content: unknown, message: string]>([
    ["[{", "Expected a file of API keys for --api-keys-file, but 'FILE' is not JSON."],
    [`["${key}" "x"]`, "'FILE' is not JSON."],
    [
      { keys: [] },
      "Expected a JSON array of 1 to 4096 entries in 'FILE', but received a value of type object.",
    ],
    [[], "a JSON array of 1 to 4096 entries in 'FILE', but received 0 entries."],
    [Array(4097).fill(a), "but received 4097 entries."],
    [[a, key], "Expected a JSON object as entry 2 of 'FILE', but received something else."],
    [[null], "Expected a JSON object as entry 1 of 'FILE'"],
    [[{ hash }], "Expected 'name' in entry 1 of 'FILE', but received an entry without it."],
    [[a, { name: "b" }], "Expected either 'key' or 'hash' in entry 2 of 'FILE', but received neither."],
    [[{ ...a, key }], "Expected either 'key' or 'hash' in entry 1 of 'FILE', but received both."],
    [
      [{ ...a, rpm: 1 }],
      "requestsPerMinute, tokensPerMinute, models, priority, admin in entry 1 of 'FILE', but received 'rpm'.",
    ],
    [[{ ...a, constructor: 1 }], "but received 'constructor'."],
    [
      [{ ...a, name: "" }],
      "Expected 1 to 256 characters, none of them a control character for 'name' of entry 1",
    ],
    [[{ ...a, tenant: "a\0b" }], "for 'tenant' of entry 1 of 'FILE', but received \"a\\u0000b\"."],
    [[{ ...a, tenant: "\ud800" }], "for 'tenant' of entry 1"],
    [
      [{ name: "a", key: "too-short-by-1!" }],
      "Expected at least 16 visible ASCII characters for 'key' of entry 1 of 'FILE', but received something else.",
    ],
    [[{ name: "a", key: "spaces are not visible" }], "for 'key' of entry 1"],
    [[{ name: "a", key: "sechzehn-Zeichen-ß" }], "for 'key' of entry 1"],
    [
      [{ name: "a", hash: key }],
      "Expected 'sha256:' and 64 hexadecimal digits for 'hash' of entry 1 of 'FILE', but received something else.",
    ],
    [
      [{ ...a, requestsPerMinute: 0 }],
      "Expected an integer from 1 to 1000000000 for 'requestsPerMinute' of entry 1 of 'FILE', but received 0.",
    ],
    [[{ ...a, tokensPerMinute: "1" }], "for 'tokensPerMinute' of entry 1 of 'FILE', but received \"1\"."],
    [[{ ...a, tokensPerMinute: 1.5 }], "for 'tokensPerMinute' of entry 1 of 'FILE', but received 1.5."],
    [[{ ...a, models: [] }], "Expected an array of one or more names of models for 'models' of entry 1"],
    [[{ ...a, models: "a" }], "for 'models' of entry 1 of 'FILE', but received \"a\"."],
    [[{ ...a, priority: 101 }], "Expected an integer from -100 to 100 for 'priority' of entry 1"],
    [[{ ...a, priority: null }], "for 'priority' of entry 1 of 'FILE', but received nothing."],
    [
      [{ ...a, admin: "yes" }],
      "Expected true or false for 'admin' of entry 1 of 'FILE', but received \"yes\".",
    ],
    [
      [a, { name: "a", key: `${key}2` }],
      "Expected a name of its own for each API key, but received 'a' twice.",
    ],
    [[a, { name: "b", key }], "Expected a key of its own for each name, but 'a' and 'b' have the same."],
  ])("%j is refused", (content, message) => {
    const file = folder.write(content);
    const read = () => access({ apiKeysFile: file });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message.replace("FILE", file));
  });

  it.each([
    ["/no/such", "but '/no/such' does not exist."],
    ["/", "but '/' is a directory."],
  ])("is missed by its name: %s", (path, message) => {
    expect(() => access({ apiKeysFile: path })).toThrow(message);
  });

  it("shows no key in its messages", () => {
    const secret = "a-secret-of-someone";
    const mistakes = [
      `["${secret}`,
      [secret],
      [{ name: "a", key: `${secret} ` }],
      [{ name: "a", hash: secret }],
    ];
    for (const content of mistakes) {
      const file = folder.write(content);
      expect(() => readKeysFile(file)).toThrow(/^(?!.*secret)/);
    }
  });
});

describe("--api-key and TACHO_API_KEY", () => {
  it("hold keys of tenants of their own", () => {
    const { keys } = access({ apiKey: `${key},${key}2` });
    expect(keys.find(key)).toMatchObject({ name: "api-key-1", isAdmin: true, limits: null });
    expect(keys.find(`${key}2`)).toMatchObject({ name: "api-key-2" });
    expect(keys.find(`${key},${key}2`)).toBeNull();
  });

  it("add to those of the file", () => {
    const { keys } = access({ apiKey: `${key}2`, apiKeysFile: folder.write([{ name: "a", hash }]) });
    expect([keys.find(key)?.name, keys.find(`${key}2`)?.name]).toEqual(["a", "api-key-1"]);
  });

  it.each(["short", `${key},`, `${key},short`, `${key}, ${key}2`])("are refused unseen: %j", (apiKey) => {
    const read = () => access({ apiKey });
    expect(read).toThrow(
      /^Expected at least 16 visible ASCII characters a key, separated by commas, for TACHO_API_KEY or --api-key, but key [12] is different\.$/,
    );
  });

  it("are refused unseen also for what no setting may hold", () => {
    expect(() => readSettings(new Map(), { TACHO_API_KEY: `${key}\n` })).toThrow(
      "Expected text without control characters for TACHO_API_KEY, but received something else.",
    );
  });
});

describe("an address", () => {
  it.each(["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])(
    "of this machine alone needs no key: %s",
    (address) => {
      expect(() => checkAddress(access({}), address)).not.toThrow();
    },
  );

  it.each(["0.0.0.0", "::", "::ffff:0.0.0.0", "10.0.0.1", "fe80::1%eth0", "192.0.2.1"])(
    "that others reach needs one, or the word that it does not: %s",
    (address) => {
      expect(() => checkAddress(access({}), address)).toThrow(UsageError);
      expect(() => checkAddress(access({}), address)).toThrow(
        /TACHO_API_KEY or --api-keys-file.*--allow-no-key on/,
      );
      expect(() => checkAddress(access({ apiKey: key }), address)).not.toThrow();
      expect(() => checkAddress(access({ allowNoKey: "on" }), address)).not.toThrow();
    },
  );
});

describe("--cors-origins", () => {
  it.each(["https://example.com", "http://localhost:3000", "https://a.example,https://b.example:8443"])(
    "takes %s",
    (corsOrigins) => {
      expect(access({ corsOrigins }).origins).toEqual(new Set(corsOrigins.split(",")));
    },
  );

  it.each([
    "example.com",
    "https://example.com/",
    "https://Example.com",
    "https://example.com:443",
    "null",
    "*,https://a.b",
    "ftp://a.b",
    "",
  ])("refuses %j", (origin) => {
    expect(() => access({ corsOrigins: `https://a.example,${origin}` })).toThrow(
      `separated by commas, for --cors-origins, but received '${origin.split(",")[0]}'.`,
    );
  });
});

const text = { type: "text", value: "TEXT" } as const;
const integer = { type: "integer", value: "N" } as const;

/** Where the server is reached, and who may use it. */
export const ACCESS_SETTINGS = {
  host: { ...text, flag: "host", value: "ADDRESS", default: "127.0.0.1", help: "address to listen on" },
  port: {
    ...integer,
    flag: "port",
    default: 8080,
    range: [0, 65535],
    help: "port to listen on; 0 takes a free one",
  },
  metricsPort: {
    ...integer,
    flag: "metrics-port",
    default: 0,
    range: [0, 65535],
    defaultHelp: "0: only on --port",
    help: "port that serves /metrics and health besides",
  },
  apiKeysFile: {
    ...text,
    flag: "api-keys-file",
    value: "FILE",
    default: "",
    defaultHelp: "none",
    help: "JSON with the API keys that requests must bring, and what each allows; see docs/access.md",
  },
  apiKey: {
    ...text,
    flag: "api-key",
    value: "KEY,…",
    default: "",
    defaultHelp: "none",
    secret: true,
    help: "API keys without limits; better in the variable, which other users of the machine cannot read",
  },
  allowNoKey: {
    ...text,
    flag: "allow-no-key",
    value: "WHEN",
    default: "off",
    choices: ["on", "off"],
    help: "on: listen without any API key on an address that other machines reach, and answer whatever the Host",
  },
  publicMetrics: {
    ...text,
    flag: "public-metrics",
    value: "WHEN",
    default: "off",
    choices: ["on", "off"],
    help: "on: /metrics needs no API key on --port either; on --metrics-port it never does",
  },
  tlsCert: {
    ...text,
    flag: "tls-cert",
    value: "FILE",
    default: "",
    defaultHelp: "none: HTTP",
    help: "PEM certificate, with its chain, for HTTPS on both ports",
  },
  tlsKey: {
    ...text,
    flag: "tls-key",
    value: "FILE",
    default: "",
    defaultHelp: "none",
    help: "PEM private key of --tls-cert, without a passphrase",
  },
  corsOrigins: {
    ...text,
    flag: "cors-origins",
    value: "ORIGIN,…",
    default: "",
    defaultHelp: "none",
    help: "origins, such as https://example.com, whose pages may use the server; * for all",
  },
} as const;

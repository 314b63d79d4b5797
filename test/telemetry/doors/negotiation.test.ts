import { describe, expect, it } from "vitest";
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from "../../../src/telemetry/doors/negotiation.js";

const PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

describe("a scrape's format", () => {
  it.each([
    [
      "Prometheus 2.42",
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "openmetrics",
    ],
    [
      "Prometheus 2.42 with native histograms",
      `${PROTOBUF},application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
      "protobuf",
    ],
    [
      "Prometheus 3",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
    [
      "Prometheus 3 with native histograms",
      `${PROTOBUF};escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
      "protobuf",
    ],
    [
      "Prometheus 2.5, which knew the draft of OpenMetrics alone",
      "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "text",
    ],
    ["an endpoint picker", undefined, "text"],
    ["curl", "*/*", "text"],
    ["a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text"],
  ])("is what %s prefers", (_, accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });

  it.each([
    ["application/openmetrics-text", "openmetrics"],
    ["Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8", "openmetrics"],
    ['application/openmetrics-text; version="1.0.0"', "openmetrics"],
    ["application/openmetrics-text;version=2.0.0", "text"],
    ["application/openmetrics-text;version=0.0.1", "text"],
    ["text/plain;version=1.0.0;escaping=underscores, application/openmetrics-text;q=0.9", "text"],
    ["application/openmetrics-text;q=0.3, text/plain;version=0.0.4;q=0.7", "text"],
    ["application/openmetrics-text;q=0, */*", "text"],
    ["text/plain;q=0, */*;q=0.1", "openmetrics"],
    ["text/plain;q=0, application/openmetrics-text;q=0, */*", "protobuf"],
    ["text/*;q=0.5, application/openmetrics-text;q=0.4", "text"],
    ["*/*;q=0, application/openmetrics-text;q=0.1", "openmetrics"],
    ["application/openmetrics-text, " + PROTOBUF, "openmetrics"],
    [PROTOBUF + ", application/openmetrics-text", "protobuf"],
    ["application/vnd.google.protobuf", "text"],
    [PROTOBUF.replace("delimited", "text"), "text"],
    [PROTOBUF.replace("MetricFamily", "Metric"), "text"],
  ] as const)("for %s is right", (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });

  it.each([
    "",
    ",;,=;q",
    "application/openmetrics-text;q=",
    "application/openmetrics-text;q=much",
    "application/openmetrics-text;q=2",
    "application/openmetrics-text;q=-1",
    "application/openmetrics-text/1.0.0",
    "image/png",
    "\u0000\uffff",
    `application/openmetrics-text,${"x,".repeat(10_000)}`,
  ])("is text for the malformed or foreign %j", (accept) => {
    expect(negotiateFormat(accept)).toBe("text");
  });

  it("has the content type by which scrapers know it", () => {
    expect(negotiateFormat(CONTENT_TYPES.openmetrics)).toBe("openmetrics");
    expect(negotiateFormat(CONTENT_TYPES.protobuf)).toBe("protobuf");
    expect(CONTENT_TYPES.text).toBe("text/plain; version=0.0.4; charset=utf-8");
  });
});

describe("gzip", () => {
  it.each(["gzip", "GZIP", "deflate, gzip;q=0.5", "x-gzip", "*", "br, *;q=0.1", "gzip, identity;q=0"])(
    "is allowed by %j",
    (header) => expect(acceptsGzip(header)).toBe(true),
  );

  it.each([undefined, "", "identity", "br", "gzip;q=0", "*, gzip;q=0", "*;q=0", "gzip;q=x"])(
    "is not allowed by %j",
    (header) => expect(acceptsGzip(header)).toBe(false),
  );
});

import { expect, it } from "vitest";
import { namesThisMachine } from "../../../src/server/access/host-names.js";

it.each([
  "localhost",
  "LocalHost:8080",
  "127.0.0.1",
  "127.0.0.1:8080",
  "127.8.9.10:1",
  "[::1]",
  "[::1]:8080",
  "box",
  "BOX:8080",
])("%s names this machine", (header) => expect(namesThisMachine(header, "Box")).toBe(true));

it.each([
  "",
  ":8080",
  "evil.example",
  "evil.example:8080",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "evil.example:localhost",
  "192.168.0.1",
  "0.0.0.0:8080",
  "[2001:db8::1]",
  "localhost@evil.example",
  "box2",
])("'%s' does not", (header) => expect(namesThisMachine(header, "box")).toBe(false));

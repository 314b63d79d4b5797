// Listens, prints where, asks itself once, and comes to its end; only what it opened could keep it alive.
import { once } from "node:events";
import { get } from "node:http";
import { pathToFileURL } from "node:url";

const [index, unref] = process.argv.slice(2);
const { defineCatalog, openTelemetry } = await import(pathToFileURL(index).href);
const telemetry = openTelemetry(defineCatalog({}));
const { url } = await telemetry.listen({ port: 0, unref: unref === "unref" });
const [response] = await once(get(url, { agent: false }), "response");
response.resume();
console.log(url);

import { fileURLToPath } from "node:url";
import { setup } from "./setup.mjs";

await setup();

// The server runs in this very process, so that Ctrl-C and SIGTERM reach it and nothing stands between.
const main = new URL("../dist/main.js", import.meta.url);
process.argv[1] = fileURLToPath(main);
await import(main.href);

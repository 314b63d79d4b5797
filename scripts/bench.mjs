import { setup } from "./setup.mjs";

// So that nothing out of date is measured.
await setup();

await import("../bench/main.mjs");

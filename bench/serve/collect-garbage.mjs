// Loaded by NODE_OPTIONS into each process and thread of a server: collects all of its garbage again and again, so that
// what the heap then holds is in use. By itself V8 lets what once became old lie for a hundred thousand tokens.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Not in step with the second in which a thread tells how much it uses. */
const PERIOD_MS = 700;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
setInterval(() => collect(), PERIOD_MS).unref();

import { closeSync, openSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OpenFiles, openFilesLimit } from "../../../src/telemetry/runtime/open-files.js";

/** A folder of Linux that, like /proc/self/fd before 6.2, has no size, and whose entries do not change. */
const SIZELESS = "/proc/sys/kernel/random";

describe("open files", () => {
  it("are those of the folder's size, which is read at once", () => {
    const files = new OpenFiles();
    const before = files.count();
    const file = openSync("/dev/null", "r");
    expect(files.count()).toBe(before + 1);
    closeSync(file);
  });

  it("are listed, less the one that lists them, where the folder has no size", async () => {
    const files = new OpenFiles(SIZELESS);
    expect(files.count()).toBeNaN();
    await files.list();
    expect(files.count()).toBe(readdirSync(SIZELESS).length - 1);
  });

  it("have the limit that the system tells", () => {
    expect(openFilesLimit()).toBeGreaterThan(0);
  });
});

describe("where there is no /proc", () => {
  it("neither is known", () => {
    const files = new OpenFiles("/nowhere/fd");
    files.everySecond();
    expect(files.count()).toBeNaN();
    expect(openFilesLimit("/nowhere/limits")).toBeNaN();
  });
});

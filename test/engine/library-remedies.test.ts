import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { REMEDIES, remediesIn } from "../../src/engine/library-remedies.js";

test("remedies are possible where they are told: an image holds neither npm nor scripts", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tacho-remedies-"));
  try {
    expect(Object.values(remediesIn(folder)).join()).not.toMatch(/\bnpm\b/);
    mkdirSync(path.join(folder, "scripts"));
    writeFileSync(path.join(folder, "scripts/build-cuda.mjs"), "");
    expect(remediesIn(folder)).toEqual(REMEDIES);
    expect(REMEDIES.architectures).toContain("npm run build:cuda");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

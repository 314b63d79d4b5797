import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

// The loop and its threads over a scripted model; native/engine/tests say what must hold.
test.each(["thread", "address,undefined"])(
  "the decode loop passes its tests under -fsanitize=%s",
  (sanitizer) => {
    const build = `build/sanitize/engine-${sanitizer}`;
    const options = ["-DTACHO_ENGINE_TESTS=ON", `-DTACHO_SANITIZE=${sanitizer}`];
    for (const args of [
      ["-B", build, "-S", ".", ...options],
      ["--build", build, "--parallel", "2"],
    ]) {
      const { status, output } = run("cmake", ...args);
      expect(status, output).toBe(0);
    }
    const { status, output } = run(`${build}/engine_tests`);
    expect(status, output).toBe(0);
    expect(output).toMatch(/^\d\d tests, 0 failed$/m);
  },
  240_000,
);

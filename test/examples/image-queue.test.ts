import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { parseExposition } from "../telemetry/exposition-parser.js";

const program = fileURLToPath(new URL("../../examples/image-queue.mjs", import.meta.url));

it("examples/image-queue.mjs shows the totals of its workers, and a summary on Ctrl-C", async () => {
  const child = spawn(process.execPath, [program, "0"], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  await vi.waitFor(() => expect(output).toMatch(/metrics: \S+\n/), { timeout: 10_000, interval: 10 });
  const [, url] = /metrics: (\S+)/.exec(output)!;

  const read = async () => parseExposition(await (await fetch(url!)).text());
  const sum = (families: Awaited<ReturnType<typeof read>>, family: string, name: string) =>
    families
      .get(family)!
      .samples.filter((s) => s.name === name)
      .reduce((total, { value }) => total + value, 0);
  await vi.waitFor(
    async () => {
      const families = await read();
      const failed = families
        .get("image_jobs_total")!
        .samples.filter(({ labels }) => labels["outcome"] === "error");
      expect(failed.reduce((total, { value }) => total + value, 0)).toBeGreaterThan(1);
      expect(sum(families, "image_job_duration_seconds", "image_job_duration_seconds_count")).toBeGreaterThan(
        14,
      );
      expect(sum(families, "nodejs_heap_size_used_bytes", "nodejs_heap_size_used_bytes")).toBeGreaterThan(
        1e6,
      );
    },
    { timeout: 10_000, interval: 20 },
  );

  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(output).toMatch(/image_jobs_total/);
});

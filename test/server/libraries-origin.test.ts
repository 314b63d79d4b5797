import { afterEach, describe, expect, it } from "vitest";
import { Stand } from "./stand.js";
import { TachoProcess } from "./tacho-process.js";

describe("libraries that were built for this machine's GPUs", () => {
  let stand: Stand;
  afterEach(() => stand.close());

  it("are told of by the list of models and the metrics", async () => {
    stand = await Stand.start({ gpu: "cuda" });
    const answer = await fetch(`${stand.url}/v1/models`);
    const facts = { backend: "cuda", libraries: "built here for 80, 90" };
    expect(await answer.json()).toMatchObject({ data: [facts] });
    expect(await stand.metric('tacho_build_info{libraries="built here for 80, 90"}')).toBe(1);
    expect(await stand.metric("tacho_build_info")).toBe(1);
  });
});

describe("the banner", () => {
  let tacho: TachoProcess;
  afterEach(async () => {
    tacho.kill("SIGKILL");
    await tacho.ended();
  });

  const start = async (...args: string[]) => {
    tacho = new TachoProcess("scripted", ["--port", "0", ...args]);
    await tacho.url();
  };

  it("says for which architectures a GPU's libraries were built", async () => {
    await start("--gpu", "cuda");
    expect(tacho.stdout).toMatch(
      /^ {2}device {3}cuda \(built here for 80, 90\): script, compute threads: \d+$/m,
    );
    expect(tacho.stderr).not.toContain("libraries");
  });

  it("says no more than needed of the CPU's", async () => {
    await start();
    expect(tacho.stdout).toMatch(/^ {2}device {3}cpu: script, compute threads: \d+$/m);
  });

  it("comes after what an operator should know of the choice", async () => {
    await start("--alias", "noticed");
    expect(tacho.stderr).toMatch(/^tacho: the libraries are stale$/m);
  });
});

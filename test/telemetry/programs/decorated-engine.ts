// Standard decorators, which neither Node 20 nor vitest can read: the test compiles this file with TypeScript.
import type { observed, observedStream, CallMeters, StreamMeters } from "../../../src/telemetry/index.js";

export function decoratedEngine(
  tools: { observed: typeof observed; observedStream: typeof observedStream },
  shared: CallMeters & StreamMeters,
) {
  const timedOut = { classify: (error: unknown) => (error === "late" ? "timeout" : "broken") } as const;

  class Engine {
    readonly factor = 3;

    constructor(
      readonly own: CallMeters & StreamMeters,
      readonly outcomes: CallMeters<"ok" | "timeout" | "broken">,
    ) {}

    @tools.observed(shared)
    triple(value: number): number {
      return this.factor * value;
    }

    @tools.observed((self: Engine) => self.own)
    async load(path: string): Promise<string> {
      return Promise.resolve(`${path} ${this.factor}`);
    }

    @tools.observed((self: Engine) => self.outcomes, timedOut)
    async fail(error: unknown): Promise<never> {
      throw await Promise.resolve(error);
    }

    @tools.observed((): CallMeters => {
      throw new Error("There are no meters.");
    })
    identity<T>(value: T): T {
      return value;
    }

    @tools.observedStream((self: Engine) => self.own, {
      tokensOf: (text: string) => text.length,
      signalOf: (_: number, signal?: AbortSignal) => signal,
    })
    async *generate(items: number, signal?: AbortSignal): AsyncGenerator<string, number> {
      for (let i = 0; i < items; i++) yield await Promise.resolve(signal?.aborted === true ? "" : "ab");
      return this.factor;
    }

    @tools.observedStream(shared)
    static async *words() {
      yield await Promise.resolve("word");
    }

    // @ts-expect-error a stream's decorator is for methods that return one
    @tools.observedStream(shared)
    plain(): number {
      return 1;
    }

    // @ts-expect-error another class's instances have no such meters
    @tools.observed((self: { others: CallMeters }) => self.others)
    strange(): number {
      return 1;
    }
  }
  return Engine;
}

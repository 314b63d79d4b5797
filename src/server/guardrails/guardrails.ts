import type { Prompt } from "../../engine/messages.js";
import type { CounterHandle } from "../../telemetry/index.js";
import { ApiError } from "../errors.js";
import type { ServerMetrics } from "../meters.js";
import { replaceEntities, type EntityName } from "./entities.js";
import { POLICIES, reasonToStop, type PolicyName } from "./policies.js";
import { changeTexts } from "./prompt-texts.js";

export interface GuardrailOptions {
  redact: readonly EntityName[];
  block: readonly PolicyName[];
}

type Counters = Pick<ServerMetrics, "policyBlocks" | "redactions">;

/** Looks at what clients write before the engine does: first policies may stop it, then secrets are masked. */
export class Guardrails {
  readonly #blocks: (type: PolicyName, reason: string) => CounterHandle;
  readonly #redactions: (field: EntityName) => CounterHandle;

  /** What may be counted is there from the start, at 0. */
  constructor(
    private readonly options: GuardrailOptions,
    { policyBlocks, redactions }: Counters,
  ) {
    this.#blocks = (type, reason) => policyBlocks.labels({ type, reason });
    this.#redactions = (field) => redactions.labels({ field });
    for (const type of options.block) for (const { reason } of POLICIES[type]) this.#blocks(type, reason);
    for (const field of options.redact) this.#redactions(field);
  }

  /**
   * @param paramOf The field that the prompt of this index came in.
   * @throws ApiError
   */
  check(prompts: Prompt[], paramOf: (index: number) => string): Prompt[] {
    const { redact, block } = this.options;
    if (redact.length === 0 && block.length === 0) return prompts;
    // Prompts may share a text, such as a suffix of megabytes, that takes long to read.
    const seen = new Map<string, string>();
    return prompts.map((prompt, index) => this.#checkPrompt(prompt, paramOf(index), seen));
  }

  #checkPrompt(prompt: Prompt, param: string, seen: Map<string, string>): Prompt {
    const checked = changeTexts(prompt, (text) => {
      const masked = seen.get(text) ?? this.#mask(this.#stop(text, param));
      seen.set(text, masked);
      return masked;
    });
    if (checked === null) throw unreadable(param);
    return this.options.redact.length === 0 ? prompt : checked;
  }

  #stop(text: string, param: string): string {
    for (const type of this.options.block) {
      const reason = reasonToStop(text, type);
      if (reason === null) continue;
      this.#blocks(type, reason).inc();
      throw new ApiError("policy_blocked", { type, reason }, param);
    }
    return text;
  }

  #mask(text: string): string {
    let masked = text;
    for (const field of this.options.redact) {
      const counter = this.#redactions(field);
      masked = replaceEntities(masked, field, () => counter.inc());
    }
    return masked;
  }
}

function unreadable(param: string): ApiError {
  const details = {
    what: `'${param}'`,
    expected: "text, which this server's --block and --redact can read",
    received: "token ids",
  };
  return new ApiError("invalid_value", details, param);
}

import type { GenerateRequest, Prompt } from "../engine/messages.js";

/** A validated body in the engine's terms; what every route that generates makes of its own wire format. */
export interface GenerationCall extends Pick<
  GenerateRequest,
  | "maxTokens"
  | "stop"
  | "ignoreEos"
  | "sampling"
  | "priority"
  | "cacheSalt"
  | "constraint"
  | "logprobs"
  | "promptLogprobs"
  | "prediction"
> {
  /** As the client named it, if it did. */
  model: string | undefined;
  prompts: Prompt[];
  /** Whether they came as an array, so that each is a field of its own. */
  listed: boolean;
  /** The field that makes the choices many. */
  choicesParam: string;
  /** Choices a prompt. */
  n: number;
  /** From the request's arrival; null for no limit of its own. */
  timeoutSeconds: number | null;
  /** Whether the answer says where the time went. */
  timings: boolean;
}

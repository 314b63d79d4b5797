// N users, each of whom asks again as soon as the answer is complete.
import { uniquePrompt } from "./prompt.mjs";
import { runStream } from "./stream.mjs";

/** With fewer a round is too short for its rate, and has too few answers for a 95th percentile of their starts. */
const LEAST_TOKENS = 8192;

/**
 * Tokens of each answer, user by user. All users get the same number in all, but each user's first answer is cut at
 * another place and the rest of it comes last: so answers end, and prompts arrive, at different times, and yet all
 * users finish together.
 */
export function closedLoopPlan(users, tokens, leastTokens = LEAST_TOKENS) {
  const answers = Math.max(2, Math.ceil(leastTokens / (users * tokens)));
  return Array.from({ length: users }, (_, user) => {
    const first = Math.ceil((tokens * (user + 1)) / users);
    const whole = Array(answers - 1).fill(tokens);
    return [first, ...whole, tokens - first].filter((count) => count > 0);
  });
}

async function user(port, answers, { promptTokens, sampling }) {
  const streams = [];
  for (const max_tokens of answers)
    streams.push(await runStream(port, { prompt: uniquePrompt(promptTokens), max_tokens, ...sampling }));
  return streams;
}

/** Resolves with all streams. */
export async function closedLoop(port, users, options) {
  const plan = closedLoopPlan(users, options.tokens, options.leastTokens);
  return (await Promise.all(plan.map((answers) => user(port, answers, options)))).flat();
}

import { afterAll, beforeAll, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

/** Sentences that mean the same in other words, of the world that the embedding model knows. */
const PAIRS = [
  ["Marta bought a green lamp in Oslo.", "In Oslo, a lamp that is green was purchased by Marta."],
  ["Peter sold the bicycle to Anna.", "Anna bought the bicycle from Peter."],
  ["The train to Berlin is 20 minutes late.", "There is a delay of 20 minutes for the train to Berlin."],
  ["Nora travels to Lisbon on Friday.", "On Friday, Nora will go to Lisbon."],
  ["Felix lost a red umbrella near the station.", "Near the station, Felix dropped a red umbrella."],
  ["How do I scrape the metrics?", "How can Prometheus read the metrics?"],
  ["What is the time to first token?", "What does TTFT mean?"],
  ["How do I load another model?", "Which flag starts the server with a different model?"],
] as const;

let server: TachoServer;
beforeAll(async () => {
  server = await TachoServer.start("--model", "models/tacho-embed.gguf");
});
afterAll(() => server.end());

const similarity = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

test("the committed embedding model finds what means the same", async () => {
  const { data } = await server.openai.embeddings.create({ model: "tacho-embed", input: PAIRS.flat() });
  const vectors = data.map(({ embedding }) => embedding);
  const said = vectors.filter((_, i) => i % 2 === 0);
  const meant = vectors.filter((_, i) => i % 2 === 1);
  const nearest = said.map((vector) => {
    const similarities = meant.map((other) => similarity(vector, other));
    return similarities.indexOf(Math.max(...similarities));
  });
  expect(nearest).toEqual(PAIRS.map((_, i) => i));
});

/** What a completion wants beside the fields that all generation has. */
export interface CompletionWishes {
  echo: boolean;
  /** Choices a prompt that the client gets: the best of the call's `n`. */
  n: number;
  /** Alternatives beside each token's logprob; null for no logprobs. */
  logprobs: number | null;
  /** Nothing is to be generated: what was generated all the same is left out. */
  empty: boolean;
}

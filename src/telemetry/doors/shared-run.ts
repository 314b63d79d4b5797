/**
 * Bounds how often `run` runs at once: those who ask while it runs share the next one. So nobody gets a result
 * that was begun before they asked, and there is never more than one running and one waiting.
 */
export function sharedRun<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  const start = (): Promise<T> => {
    running = run().finally(() => (running = undefined));
    return running;
  };
  const startNext = (): Promise<T> => {
    next = undefined;
    return start();
  };
  return () => {
    if (running === undefined && next === undefined) return start();
    return (next ??= running!.then(startNext, startNext));
  };
}

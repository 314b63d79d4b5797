/** How often a line that cannot be rewritten (a log, a pipe) shows that work goes on. */
const HEARTBEAT_MS = 10_000;

/**
 * Shows "label … 42 %, 14 s" on standard error while `work` runs: counting on a terminal; elsewhere every 10 s how far it
 * is, or a dot. `progress` says that, or "".
 */
export async function withProgressLine(label, work, progress = () => "") {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  const { stderr } = process;
  let shown = "";
  const further = () => {
    const before = shown;
    shown = progress();
    return shown === before || shown === "" ? "." : shown;
  };
  const counting = () => [progress(), seconds()].filter(Boolean).join(", ");
  const redraw = () => stderr.write(stderr.isTTY ? `\r${label} … ${counting()}` : ` ${further()}`);
  stderr.write(`${label} …`);
  const timer = setInterval(redraw, stderr.isTTY ? 1000 : HEARTBEAT_MS);
  // What was counted may have been longer.
  const finish = (word) => stderr.write(stderr.isTTY ? `\r${label} … ${word}\x1b[K\n` : ` ${word}\n`);
  try {
    const result = await work();
    finish(seconds());
    return result;
  } catch (error) {
    finish(`failed after ${seconds()}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** How often a line that cannot be rewritten (a log, a pipe) shows that work goes on. */
const HEARTBEAT_MS = 10_000;

/** Shows "label … 14 s" on standard error while `work` runs: counting on a terminal, with a dot every 10 s elsewhere. */
export async function withProgressLine(label, work) {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  const { stderr } = process;
  const redraw = () => stderr.write(stderr.isTTY ? `\r${label} … ${seconds()}` : " .");
  stderr.write(`${label} …`);
  const timer = setInterval(redraw, stderr.isTTY ? 1000 : HEARTBEAT_MS);
  const finish = (word) => stderr.write(stderr.isTTY ? `\r${label} … ${word}\n` : ` ${word}\n`);
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

/** One line for an event that an operator should know of. Standard output stays free for the banner. */
export function logLine(line: string): void {
  process.stderr.write(`tacho: ${line}\n`);
}

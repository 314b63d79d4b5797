const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** "1.5 GiB", "440 MiB". */
export function shownBytes(bytes: number): string {
  return bytes >= 1000 * MIB ? `${trimmed(bytes / GIB)} GiB` : `${trimmed(bytes / MIB)} MiB`;
}

function trimmed(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(1)));
}

import { readFile } from "node:fs/promises";
import { cpus } from "node:os";

/** Seconds of all cores since the machine's start. */
export interface CpuTimes {
  busy: number;
  idle: number;
}

/** Linux counts in hundredths of a second, whatever its clock. */
const TICKS_A_SECOND = 100;
const MS_A_SECOND = 1000;

/** Not `os.cpus()` where there is another way: it asks each core for its clock, and the event loop waits for it. */
export async function cpuTimes(): Promise<CpuTimes> {
  try {
    return timesOf(await readFile("/proc/stat", "utf8"));
  } catch {
    return timesOfCores();
  }
}

/** The first line is all cores': user, nice, system, idle, iowait, irq, softirq, and what others took. */
function timesOf(stat: string): CpuTimes {
  const [line = ""] = stat.split("\n", 1);
  const [user, nice, system, idle, waiting, irq, softIrq] = line.trim().split(/ +/).slice(1).map(Number);
  return {
    busy: (user! + nice! + system! + irq! + softIrq!) / TICKS_A_SECOND,
    idle: (idle! + waiting!) / TICKS_A_SECOND,
  };
}

function timesOfCores(): CpuTimes {
  const sum = { busy: 0, idle: 0 };
  for (const { times } of cpus()) {
    sum.busy += (times.user + times.nice + times.sys + times.irq) / MS_A_SECOND;
    sum.idle += times.idle / MS_A_SECOND;
  }
  return sum;
}

import { close, constants, openSync, write } from "node:fs";

/** Enough for minutes of a busy server's lines, or the bodies of a few large requests. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** Lines gather this long, so that a busy server writes ten times a second and not once a request. */
const GATHER_MS = 100;

/** The kernel's own pipe buffer has the size of a write or two; a reader that lags is asked again. */
const RETRY_MS = 20;
const WRITE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;

interface Batch {
  bytes: Buffer;
  /** Of `bytes`, those that are out. */
  written: number;
}

/**
 * Lines on their way to a file or a pipe that may be slow, full or gone: writing costs a push, never waits and never
 * throws. What does not fit, or was refused, is dropped and counted. (sonic-boom keeps what was refused, and waits for
 * ever for a full disk when the process exits.)
 */
export class LineSink {
  #lines: string[] = [];
  /** Characters that wait; the bytes may be three times as many. */
  #waiting = 0;
  #batch: Batch | null = null;
  /** The last write stopped within a line. */
  #torn = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void) | null = null;
  #closed = false;

  constructor(
    private readonly fd: number,
    private readonly onDropped: (lines: number) => void,
    private readonly limit = LIMIT_BYTES,
  ) {}

  /** @param line Ends with its line feed, and holds no other. */
  write(line: string): void {
    if (this.#closed || this.#waiting + line.length > this.limit) {
      this.onDropped(1);
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (!this.#batch) this.#timer ??= setTimeout(() => this.#next(), GATHER_MS).unref();
  }

  /** Writes what is left, as far as that is taken in time, and closes what is neither standard output nor error. */
  async close(limitMilliseconds: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#batch) this.#next();
    if (this.#batch) await this.#untilIdle(limitMilliseconds);
    // A write that is still under way holds the descriptor; the process ends soon.
    if (!this.#batch && this.fd > 2) close(this.fd, () => {});
  }

  async #untilIdle(limitMilliseconds: number): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
      limit = setTimeout(resolve, limitMilliseconds);
    });
    clearTimeout(limit);
  }

  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) {
      this.#idle?.();
      return;
    }
    this.#batch = { bytes: Buffer.from(this.#take()), written: 0 };
    this.#write(this.#batch);
  }

  /** A few lines, or a long one. */
  #take(): string {
    let length = 0;
    const fitting = this.#lines.findIndex((line) => (length += line.length) > WRITE_BYTES);
    const lines = this.#lines.splice(0, fitting === -1 ? this.#lines.length : Math.max(1, fitting));
    const text = lines.join("");
    this.#waiting -= text.length;
    // What comes after a half-written line is a line of its own again.
    return this.#torn ? `\n${text}` : text;
  }

  #write(batch: Batch): void {
    write(this.fd, batch.bytes, batch.written, (error, count) => {
      if (error?.code === "EAGAIN") {
        this.#timer = setTimeout(() => this.#write(batch), RETRY_MS).unref();
        return;
      }
      if (!error) batch.written += count;
      if (!error && batch.written < batch.bytes.length) this.#write(batch);
      else this.#done(batch);
    });
  }

  #done({ bytes, written }: Batch): void {
    this.#batch = null;
    const lost = linesIn(bytes.subarray(written)) - Number(written === 0 && this.#torn);
    if (written > 0) this.#torn = bytes[written - 1] !== NEWLINE;
    if (lost > 0) this.onDropped(lost);
    this.#next();
  }
}

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === NEWLINE) count++;
  return count;
}

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;

/** Without O_NONBLOCK the opening of a FIFO nobody reads would wait for ever. @throws ErrnoException */
export function openForLines(file: string): number {
  return openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o640);
}

/**
 * Standard output, such that no write to it waits: a thread stuck in one would keep the process from ending. Of a pipe
 * or a socket Node sees to that when it is first looked at, of a terminal not. (Standard error is shared with the engine
 * host, which makes it wait again; a reader that lags would hold up both processes' messages.)
 */
export function standardOutputForLines(): number {
  if (!process.stdout.isTTY) return 1;
  try {
    return openSync("/dev/stdout", O_WRONLY | O_NONBLOCK);
  } catch {
    return 1;
  }
}

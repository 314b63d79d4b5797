/** Points from a metric to one of the events behind it. */
export interface Exemplar {
  /** 32 hexadecimal digits, as in W3C Trace Context. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** Tells of which event a record is; undefined when of none that is worth keeping, which is also what a failure means. */
export type ExemplarSource = () => Exemplar | undefined;

/** Cells of one exemplar: sequence, value, Unix seconds, trace id (2), span id. See `metric_spec.hpp`. */
export const EXEMPLAR_CELLS = 6;
const BYTES = 8 * EXEMPLAR_CELLS;
const VALUE = 1;
const TIME = 2;
const TRACE_BYTE = 24;
const SPAN_BYTE = 40;

const NIBBLES = new Int8Array(128).fill(-1);
for (const digits of ["0123456789abcdef", "0123456789ABCDEF"])
  for (let value = 0; value < digits.length; value++) NIBBLES[digits.charCodeAt(value)] = value;

function nibble(text: string, at: number): number {
  return NIBBLES[text.charCodeAt(at)] ?? -1;
}

function isId(text: unknown, digits: number): text is string {
  if (typeof text !== "string" || text.length !== digits) return false;
  for (let i = 0; i < digits; i++) if (nibble(text, i) < 0) return false;
  return true;
}

/** The exemplars of one series in one shard. */
export class ExemplarSlots {
  private readonly cells: Float64Array;
  private readonly bytes: Uint8Array;
  private readonly sequences: Int32Array;

  constructor(
    shard: Float64Array,
    first: number,
    private readonly count: number,
  ) {
    const at = shard.byteOffset + 8 * first;
    this.cells = shard.subarray(first, first + count * EXEMPLAR_CELLS);
    this.bytes = new Uint8Array(shard.buffer, at, count * BYTES);
    this.sequences = new Int32Array(shard.buffer, at, (count * BYTES) / 4);
  }

  /** Keeps the exemplar of `value`; one whose ids are malformed is left out, as no format can carry it. */
  keep(bucket: number, value: number, exemplar: Exemplar | null | undefined): void {
    const traceId = exemplar?.traceId;
    const spanId = exemplar?.spanId;
    if (!isId(traceId, 32) || !isId(spanId, 16) || this.cells.length === 0) return;
    const slot = bucket % this.count;
    const sequence = (slot * BYTES) / 4;
    // Odd while the ids are being written, so that a reader never shows half of one and half of another; also
    // where a writer that was killed left it odd.
    const writing = Atomics.load(this.sequences, sequence) | 1;
    Atomics.store(this.sequences, sequence, writing);
    this.cells[slot * EXEMPLAR_CELLS + VALUE] = value;
    this.cells[slot * EXEMPLAR_CELLS + TIME] = Date.now() / 1000;
    this.write(slot * BYTES + TRACE_BYTE, traceId);
    this.write(slot * BYTES + SPAN_BYTE, spanId);
    Atomics.store(this.sequences, sequence, writing + 1);
  }

  private write(at: number, id: string): void {
    for (let i = 0; i < id.length; i += 2) this.bytes[at + i / 2] = (nibble(id, i) << 4) | nibble(id, i + 1);
  }
}

/** A message's fields by number; numbers are doubles and varints, the rest bytes. */
type Message = Map<number, (number | Buffer)[]>;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  varint(): number {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes.readUInt8(this.at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
  }

  double(): number {
    this.at += 8;
    return this.bytes.readDoubleLE(this.at - 8);
  }

  delimited(): Buffer {
    const length = this.varint();
    if (this.at + length > this.bytes.length) throw new Error(`Expected ${length} bytes at ${this.at}`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

function parseMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes);
  const message: Message = new Map();
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const wire = tag & 7;
    if (wire !== VARINT && wire !== FIXED64 && wire !== LENGTH_DELIMITED)
      throw new Error(`Wire type ${wire}`);
    const value = wire === VARINT ? reader.varint() : wire === FIXED64 ? reader.double() : reader.delimited();
    message.set(tag >> 3, [...(message.get(tag >> 3) ?? []), value]);
  }
  return message;
}

const all = (message: Message, field: number) =>
  (message.get(field) ?? []).map((m) => parseMessage(m as Buffer));
const text = (message: Message, field: number) => (message.get(field)?.[0] as Buffer).toString();

/** A series of a counter or gauge has a value, one of a histogram or summary a count. */
export interface ProtobufSeries {
  labels: Record<string, string>;
  value: number;
}

/** The families of Prometheus' delimited protobuf format, in as far as the tests look at them. */
export function parseProtobuf(bytes: Buffer): Map<string, ProtobufSeries[]> {
  const reader = new Reader(bytes);
  const families = new Map<string, ProtobufSeries[]>();
  while (!reader.isAtEnd) {
    const family = parseMessage(reader.delimited());
    const series = all(family, 4).map((metric) => {
      const labels = Object.fromEntries(all(metric, 1).map((label) => [text(label, 1), text(label, 2)]));
      const numbers = [2, 3, 4, 5, 7].flatMap((field) => all(metric, field))[0]!;
      return { labels, value: numbers.get(1)![0] as number };
    });
    families.set(text(family, 1), series);
  }
  return families;
}

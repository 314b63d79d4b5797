import { closeSync, openSync, readSync } from "node:fs";

const MAGIC = 0x7f454c46;
const ELF64 = 2;
const LITTLE_ENDIAN = 1;
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const DYNAMIC_ENTRY_BYTES = 16;

/** Kinds of program headers, and tags of the dynamic section. */
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_STRSZ = 10;

interface Segment {
  type: number;
  offset: number;
  address: number;
  bytes: number;
}

type Read = (offset: number, bytes: number) => Buffer;

/**
 * The names of the shared libraries that one is linked with, read from the file: loading it would run its code.
 * Empty for what is no 64-bit little-endian ELF file. @throws The file system's errors.
 */
export function neededLibraries(file: string): string[] {
  const descriptor = openSync(file, "r");
  try {
    return neededBy((offset, bytes) => {
      const buffer = Buffer.alloc(bytes);
      readSync(descriptor, buffer, 0, bytes, offset);
      return buffer;
    });
  } finally {
    closeSync(descriptor);
  }
}

function neededBy(read: Read): string[] {
  const segments = segmentsOf(read);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (!dynamic) return [];
  const entries = dynamicEntries(read(dynamic.offset, dynamic.bytes));
  const valueOf = (wanted: number) => entries.find(({ tag }) => tag === wanted)?.value ?? 0;
  const names = read(offsetOf(valueOf(DT_STRTAB), segments), valueOf(DT_STRSZ));
  return entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => textAt(names, value));
}

function segmentsOf(read: Read): Segment[] {
  const header = read(0, HEADER_BYTES);
  if (header.readUInt32BE(0) !== MAGIC || header[4] !== ELF64 || header[5] !== LITTLE_ENDIAN) return [];
  const [offset, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(56)];
  const table = read(offset, count * PROGRAM_HEADER_BYTES);
  return Array.from({ length: count }, (_, i) => segmentAt(table, i * PROGRAM_HEADER_BYTES));
}

function segmentAt(table: Buffer, at: number): Segment {
  const word = (field: number) => Number(table.readBigUInt64LE(at + field));
  return { type: table.readUInt32LE(at), offset: word(8), address: word(16), bytes: word(32) };
}

function dynamicEntries(section: Buffer): { tag: number; value: number }[] {
  return Array.from({ length: Math.floor(section.length / DYNAMIC_ENTRY_BYTES) }, (_, i) => ({
    tag: Number(section.readBigInt64LE(i * DYNAMIC_ENTRY_BYTES)),
    value: Number(section.readBigUInt64LE(i * DYNAMIC_ENTRY_BYTES + 8)),
  }));
}

/** Where in the file lies what will be at an address. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const holder = segments.find(
    ({ type, address: begin, bytes }) => type === PT_LOAD && address >= begin && address < begin + bytes,
  );
  return holder ? address - holder.address + holder.offset : 0;
}

function textAt(names: Buffer, begin: number): string {
  return names.toString("latin1", begin, names.indexOf(0, begin));
}

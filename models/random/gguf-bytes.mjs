/** Metadata types: `id` is GGUF's number, `write` puts one value. An array's type is its element's with "[]". */
const VALUE_TYPES = {
  u8: { id: 0, write: (out, value) => out.number("setUint8", 1, value) },
  i8: { id: 1, write: (out, value) => out.number("setInt8", 1, value) },
  u16: { id: 2, write: (out, value) => out.number("setUint16", 2, value) },
  i16: { id: 3, write: (out, value) => out.number("setInt16", 2, value) },
  u32: { id: 4, write: (out, value) => out.number("setUint32", 4, value) },
  i32: { id: 5, write: (out, value) => out.number("setInt32", 4, value) },
  f32: { id: 6, write: (out, value) => out.number("setFloat32", 4, value) },
  bool: { id: 7, write: (out, value) => out.number("setUint8", 1, value ? 1 : 0) },
  string: { id: 8, write: (out, value) => out.string(value) },
  u64: { id: 10, write: (out, value) => out.number("setBigUint64", 8, BigInt(value)) },
  i64: { id: 11, write: (out, value) => out.number("setBigInt64", 8, BigInt(value)) },
  f64: { id: 12, write: (out, value) => out.number("setFloat64", 8, value) },
};
const ARRAY_ID = 9;

/** Growing bytes, little-endian as GGUF is. */
export class GgufBytes {
  #bytes = Buffer.alloc(1 << 16);
  length = 0;

  /** One metadata entry. @throws Error for a type that GGUF does not have. */
  metadata(key, type, value) {
    const isArray = type.endsWith("[]");
    const element = VALUE_TYPES[isArray ? type.slice(0, -2) : type];
    if (!element) throw new Error(`metadata ${key}: expected a GGUF type such as u32, received ${type}`);
    this.string(key);
    if (!isArray) {
      this.u32(element.id);
      element.write(this, value);
      return;
    }
    this.u32(ARRAY_ID).u32(element.id).u64(value.length);
    for (const item of value) element.write(this, item);
  }

  u32(value) {
    return this.number("setUint32", 4, value);
  }

  u64(value) {
    return this.number("setBigUint64", 8, BigInt(value));
  }

  string(text) {
    return this.u64(Buffer.byteLength(text)).utf8(text);
  }

  /** The text's UTF-8 bytes alone, without their count. */
  utf8(text) {
    const size = Buffer.byteLength(text);
    this.#reserve(size);
    this.#bytes.write(text, this.length);
    this.length += size;
    return this;
  }

  number(setter, size, value) {
    this.#reserve(size);
    new DataView(this.#bytes.buffer, this.#bytes.byteOffset)[setter](this.length, value, true);
    this.length += size;
    return this;
  }

  /** The bytes so far, followed by zeros up to `size`. */
  finish(size) {
    this.#reserve(size - this.length);
    return this.#bytes.subarray(0, size);
  }

  #reserve(size) {
    if (this.length + size <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * (this.length + size));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

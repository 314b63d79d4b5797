// HTTP/1.1 answers out of a socket's bytes, strictly: what is no answer is an error.

const HEAD_END = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");

function headOf(text) {
  const [first, ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(`${first} `)?.[1];
  if (status === undefined) throw new Error(`no status line: ${first.slice(0, 100)}`);
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      if (colon < 1) throw new Error(`no header: ${line.slice(0, 100)}`);
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(status), headers };
}

/** Takes the bytes of a connection as they come, and calls `onAnswer` with each whole answer. */
export class AnswerReader {
  /** The method of the request that is answered next: an answer to HEAD has no body. */
  method = "POST";
  #bytes = Buffer.alloc(0);
  /** Of the answer being read; null before its head is whole. */
  #head = null;
  #chunks = [];

  constructor(onAnswer) {
    this.onAnswer = onAnswer;
  }

  /** Whether part of an answer came, and not all of it. */
  get isWithin() {
    return this.#head !== null || this.#bytes.length > 0;
  }

  get partText() {
    const head = this.#head ? `${this.#head.status} ` : "";
    return (
      head +
      Buffer.concat([...this.#chunks, this.#bytes])
        .toString("utf8")
        .slice(-500)
    );
  }

  /** @throws when they are no HTTP */
  take(bytes) {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    while (this.#step());
  }

  /** To be called once nothing more comes. */
  close() {
    const headers = this.#head?.headers;
    if (headers && !headers.has("content-length") && !headers.has("transfer-encoding")) this.#end();
  }

  #step() {
    if (this.#head === null) return this.#readHead();
    if (this.#head.headers.get("transfer-encoding") === "chunked") return this.#readChunk();
    if (!this.#hasBody) return this.#readBody(0);
    const length = this.#head.headers.get("content-length");
    return length === undefined ? this.#readRest() : this.#readBody(Number(length));
  }

  /** For HTTP/1.0 an answer of unknown length ends with its connection. */
  #readRest() {
    this.#chunks.push(this.#bytes);
    this.#bytes = Buffer.alloc(0);
    return false;
  }

  get #hasBody() {
    return this.method !== "HEAD" && ![204, 304].includes(this.#head.status);
  }

  #readHead() {
    const end = this.#bytes.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = headOf(this.#bytes.toString("latin1", 0, end));
    this.#bytes = this.#bytes.subarray(end + HEAD_END.length);
    if (head.status >= 200) this.#head = head; // 100 Continue is followed by the answer.
    return true;
  }

  #readBody(length) {
    if (this.#bytes.length < length) return false;
    this.#chunks.push(this.#bytes.subarray(0, length));
    this.#bytes = this.#bytes.subarray(length);
    return this.#end();
  }

  #readChunk() {
    const line = this.#bytes.indexOf(LINE_END);
    if (line < 0) return false;
    const length = parseInt(this.#bytes.toString("latin1", 0, line), 16);
    if (Number.isNaN(length)) throw new Error("a chunk without a length");
    const start = line + LINE_END.length;
    if (this.#bytes.length < start + length + LINE_END.length) return false;
    this.#chunks.push(this.#bytes.subarray(start, start + length));
    this.#bytes = this.#bytes.subarray(start + length + LINE_END.length);
    return length === 0 ? this.#end() : true;
  }

  #end() {
    const answer = { ...this.#head, body: Buffer.concat(this.#chunks).toString("utf8") };
    this.#head = null;
    this.#chunks = [];
    this.onAnswer(answer);
    return true;
  }
}

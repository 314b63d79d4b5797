// Bytes to the server and its answers back.
import net from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import { AnswerReader } from "./answers.mjs";

/** More than the longest answer takes on a busy machine: what has none by then is not answered at all. */
const DEADLINE_MS = 120_000;

/** Half of a request is not told from one that is being answered: this is long for an answer's first byte. */
const QUIET_MS = 100;

/** A connection that is kept, on which one request at a time is answered; opened again when the server closed it. */
export class KeptConnection {
  #socket = null;
  #settle = null;
  #reader = null;

  constructor(port) {
    this.port = port;
  }

  /** @returns the answer. @throws with what came instead of one */
  send(bytes, method) {
    return new Promise((resolve, reject) => {
      this.#open();
      this.#reader.method = method;
      const timer = setTimeout(() => this.#fail(`no answer in ${DEADLINE_MS / 1000} s`), DEADLINE_MS);
      this.#settle = (error, answer) => {
        clearTimeout(timer);
        this.#settle = null;
        if (error) reject(error);
        else resolve(answer);
      };
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open() {
    if (this.#socket?.readyState === "open" || this.#socket?.readyState === "opening") return;
    const socket = net.connect(this.port, "127.0.0.1");
    this.#socket = socket;
    this.#reader = new AnswerReader((answer) => this.#answered(answer));
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      try {
        this.#reader.take(bytes);
      } catch (error) {
        this.#fail(error.message);
      }
    });
    socket.on("error", (error) => this.#ended(socket, error.code));
    socket.on("close", () => this.#ended(socket, "closed"));
  }

  #answered(answer) {
    if (!this.#settle) throw new Error("an answer that nobody asked for");
    // The server may say so, or may not read what is left of a request: then the next one needs another connection.
    if (answer.headers.get("connection") === "close") this.close();
    this.#settle(null, answer);
  }

  #ended(socket, how) {
    if (socket !== this.#socket) return;
    this.#reader.close();
    if (this.#settle) this.#fail(`the connection ended (${how})`);
  }

  #fail(message) {
    const part = this.#reader?.isWithin ? ` after: ${this.#reader.partText}` : "";
    this.close();
    this.#settle?.(new Error(message + part), null);
  }
}

/**
 * Sends bytes of which nobody can say how many requests they are, and nothing more once the server is quiet: half of a
 * request is answered, or let go, when its end is known.
 *
 * @returns the answers until the server closed. @throws when it does not, or ends within one
 */
export function exchange(port, bytes, quietMs = QUIET_MS) {
  return new Promise((resolve, reject) => {
    const answers = [];
    const reader = new AnswerReader((answer) => answers.push(answer));
    const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.write(bytes));
    const timer = setTimeout(() => fail(`not closed after ${DEADLINE_MS / 1000} s`), DEADLINE_MS);
    const fail = (message) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(message));
    };
    let left = false;
    socket.setTimeout(quietMs, () => {
      left = true; // To the server this is a client that has gone: it may end in the midst of an answer.
      socket.end();
    });
    socket.on("data", (data) => {
      try {
        reader.take(data);
      } catch (error) {
        fail(error.message);
      }
    });
    socket.on("end", () => socket.destroy());
    socket.on("error", () => {}); // A reset is an end as well.
    socket.on("close", () => {
      clearTimeout(timer);
      reader.close();
      if (reader.isWithin && !left) fail(`closed within an answer: ${reader.partText}`);
      else resolve(answers);
    });
  });
}

export interface AdmissionLimits {
  /** Requests in the engine at once. */
  slots: number;
  /** Requests that may wait. */
  waiting: number;
  /** Bytes that the prompts of waiting requests may take together. */
  waitingBytes: number;
  /** Seconds a request may wait. */
  waitSeconds: number;
}

export type Refusal = "queue_full" | "queue_timeout" | "draining";

/** One of the two is called, once, unless the ticket is given back first; never from within `enter`. */
export interface Applicant {
  bytes: number;
  admit(): void;
  refuse(reason: Refusal): void;
}

export interface Ticket {
  /** Gives up the slot, or the place in the queue. Idempotent. */
  release(): void;
}

/**
 * Who may enter the engine, and when: `slots` at once, the rest in order of arrival in a bounded queue.
 * Knows nothing of HTTP or of the engine.
 */
export class Admission {
  #running = 0;
  #paused = true;
  #closed = false;
  #waitingBytes = 0;
  /** Insertion order is the order of arrival; deletion from the middle is cheap. */
  readonly #queue = new Set<Place>();

  constructor(
    readonly limits: AdmissionLimits,
    private readonly onChange: (counts: { waiting: number; running: number }) => void = () => {},
  ) {}

  get waiting(): number {
    return this.#queue.size;
  }

  get running(): number {
    return this.#running;
  }

  /** @returns A ticket, or why there is none. */
  enter(applicant: Applicant): Ticket | Refusal {
    if (this.#closed) return "draining";
    const place = new Place(this, applicant);
    if (!this.#paused && this.#queue.size === 0 && this.#running < this.limits.slots) {
      // Later, so that the caller holds its ticket before it is admitted.
      this.#running++;
      place.state = "running";
      queueMicrotask(() => place.admit());
    } else if (this.#isFull(applicant.bytes)) {
      return "queue_full";
    } else {
      this.#enqueue(place);
    }
    this.#changed();
    return place;
  }

  /** Nobody is admitted until `resume`: the engine is away. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#admitNext();
  }

  /** Admits no newcomers; those who wait keep their places. */
  close(): void {
    this.#closed = true;
  }

  /** @internal for Place. */
  leave(place: Place): void {
    if (place.state === "running") this.#running--;
    else if (place.state === "waiting") this.#dequeue(place);
    else return;
    place.state = "left";
    this.#admitNext();
  }

  /** @internal for Place. */
  expire(place: Place): void {
    this.#dequeue(place);
    place.state = "left";
    this.#changed();
    place.applicant.refuse("queue_timeout");
  }

  #isFull(bytes: number): boolean {
    return this.#queue.size >= this.limits.waiting || this.#waitingBytes + bytes > this.limits.waitingBytes;
  }

  #enqueue(place: Place): void {
    this.#queue.add(place);
    this.#waitingBytes += place.applicant.bytes;
    place.timer = setTimeout(() => this.expire(place), this.limits.waitSeconds * 1000);
  }

  #dequeue(place: Place): void {
    clearTimeout(place.timer);
    this.#queue.delete(place);
    this.#waitingBytes -= place.applicant.bytes;
  }

  #admitNext(): void {
    for (const place of this.#queue) {
      if (this.#paused || this.#running >= this.limits.slots) break;
      this.#dequeue(place);
      this.#running++;
      place.state = "running";
      place.admit();
    }
    this.#changed();
  }

  #changed(): void {
    this.onChange({ waiting: this.#queue.size, running: this.#running });
  }
}

class Place implements Ticket {
  state: "waiting" | "running" | "left" = "waiting";
  timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly admission: Admission,
    readonly applicant: Applicant,
  ) {}

  admit(): void {
    if (this.state === "running") this.applicant.admit();
  }

  release(): void {
    this.admission.leave(this);
  }
}

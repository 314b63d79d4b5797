import { WaitingLine, type Spot } from "./waiting-line.js";

export interface AdmissionLimits {
  /** Requests that may wait. */
  waiting: number;
  /** Bytes that the prompts of waiting requests may take together. */
  waitingBytes: number;
  /** Seconds a request may wait. */
  waitSeconds: number;
  /** Seconds of waiting that raise a request's priority by one. */
  prioritySeconds: number;
}

export type Refusal = "queue_full" | "queue_timeout" | "draining";

/** One of the two is called, once, unless the ticket is given back first; never from within `enter`. */
export interface Applicant {
  bytes: number;
  /** The higher the sooner. */
  priority: number;
  /** Seconds of its longest wait that are gone; none by default. */
  waited?: number;
  admit(): void;
  refuse(reason: Refusal): void;
}

export interface Ticket {
  /** Gives up the slot, or the place in the queue. Idempotent. */
  release(): void;
}

/**
 * Who may enter the engine, and when: as many at once as it has slots; the rest wait in a bounded queue, by
 * priority and then in order of arrival. Knows nothing of HTTP or of the engine.
 */
export class Admission {
  #slots = 0;
  #running = 0;
  #closed = false;
  #waitingBytes = 0;
  readonly #queue: WaitingLine<Place>;

  constructor(
    readonly limits: AdmissionLimits,
    private readonly onChange: (counts: { waiting: number; running: number }) => void = () => {},
  ) {
    this.#queue = new WaitingLine(limits.prioritySeconds);
  }

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
    if (this.#queue.size === 0 && this.#running < this.#slots) {
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
    this.#slots = 0;
  }

  /** @param slots Requests that the engine takes at once. */
  resume(slots: number): void {
    this.#slots = slots;
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
    place.spot = this.#queue.join(place, place.applicant.priority, performance.now() / 1000);
    this.#waitingBytes += place.applicant.bytes;
    const left = this.limits.waitSeconds - (place.applicant.waited ?? 0);
    place.timer = setTimeout(() => this.expire(place), left * 1000);
  }

  #dequeue(place: Place): void {
    clearTimeout(place.timer);
    this.#queue.leave(place.spot!);
    this.#waitingBytes -= place.applicant.bytes;
  }

  #admitNext(): void {
    for (let place; this.#running < this.#slots && (place = this.#queue.first);) {
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
  /** Set while it waits. */
  spot: Spot<Place> | undefined;

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

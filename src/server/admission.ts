import type { RequestSize } from "./request-size.js";
import { SlotPace } from "./slot-pace.js";
import { WaitingLine, type Spot } from "./waiting-line.js";

export interface AdmissionLimits {
  /** Requests that may wait. */
  waiting: number;
  /** Bytes that the prompts of waiting requests may take together. */
  waitingBytes: number;
  /** Tokens that waiting requests may take together, about; the first to wait may take any number. */
  waitingTokens: number;
  /** Seconds a request may wait. */
  waitSeconds: number;
  /** Seconds of waiting that raise a request's priority by one. */
  prioritySeconds: number;
}

export type Refusal =
  | { code: "queue_full" | "queue_timeout" | "draining" }
  /** Seconds: those that it would wait, about, and those that it may. */
  | { code: "wait_too_long"; wait: number; limit: number };

/** One of the two is called, once, unless the ticket is given back first; never from within `enter`. */
export interface Applicant {
  /** What it is counted under while it waits. */
  route: string;
  size: RequestSize;
  /** The higher the sooner. */
  priority: number;
  /** Seconds of its longest wait that are gone; none by default. */
  waited?: number;
  /** Seconds that are left of its own time; any number by default. */
  patience?: number;
  admit(): void;
  refuse(refusal: Refusal): void;
}

export interface Ticket {
  /**
   * Gives up the slot, or the place in the queue. Idempotent.
   * @param done Whether all the work was done that was expected: then the slot's time says what work takes.
   */
  release(done?: boolean): void;
}

/**
 * Who may enter the engine, and when: as many at once as it has slots; the rest wait in a bounded queue, by
 * priority and then in order of arrival. Knows nothing of HTTP or of the engine.
 */
export class Admission {
  #slots = 0;
  #closed = false;
  #waitingBytes = 0;
  #waitingTokens = 0;
  readonly #queue: WaitingLine<Place>;
  readonly #inside = new Set<Place>();
  readonly #pace = new SlotPace();

  constructor(
    readonly limits: AdmissionLimits,
    private readonly onChange: (counts: { waiting: number; running: number }) => void = () => {},
    /** One more waits, or one fewer. */
    private readonly onWaiting: (route: string, change: 1 | -1) => void = () => {},
  ) {
    this.#queue = new WaitingLine(limits.prioritySeconds);
  }

  get waiting(): number {
    return this.#queue.size;
  }

  get running(): number {
    return this.#inside.size;
  }

  /** Whether requests of these sizes could be here together, were there no others. */
  holds(sizes: readonly RequestSize[]): boolean {
    const { limits } = this;
    const waiting = sizes.slice(this.#slots);
    const sum = (of: (size: RequestSize) => number) => waiting.reduce((total, size) => total + of(size), 0);
    return (
      this.#slots === 0 ||
      (waiting.length <= limits.waiting &&
        sum(({ bytes }) => bytes) <= limits.waitingBytes &&
        (waiting.length <= 1 || sum(({ tokens }) => tokens) <= limits.waitingTokens))
    );
  }

  /** @returns A ticket, or why there is none. */
  enter(applicant: Applicant): Ticket | Refusal {
    if (this.#closed) return { code: "draining" };
    const place = new Place(this, applicant);
    if (this.#queue.size === 0 && this.#inside.size < this.#slots) {
      this.#letIn(place);
      // Later, so that the caller holds its ticket before it is admitted.
      queueMicrotask(() => place.admit());
    } else {
      const refusal = this.#refusalOf(applicant);
      if (refusal) return refusal;
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
  leave(place: Place, done: boolean): void {
    if (place.state === "running") this.#letOut(place, done);
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
    place.applicant.refuse({ code: "queue_timeout" });
  }

  #refusalOf(applicant: Applicant): Refusal | null {
    if (this.#isFull(applicant.size)) return { code: "queue_full" };
    const limit = Math.min(this.#waitLeft(applicant), applicant.patience ?? Infinity);
    const wait = this.#expectedWait(applicant);
    return wait > limit ? { code: "wait_too_long", wait, limit } : null;
  }

  #isFull({ bytes, tokens }: RequestSize): boolean {
    const { limits } = this;
    return (
      this.#queue.size >= limits.waiting ||
      this.#waitingBytes + bytes > limits.waitingBytes ||
      (this.#queue.size > 0 && this.#waitingTokens + tokens > limits.waitingTokens)
    );
  }

  #waitLeft({ waited = 0 }: Applicant): number {
    return this.limits.waitSeconds - waited;
  }

  /** Seconds until those inside and those ahead have had their turns, all slots at work; 0 for unknown. */
  #expectedWait({ priority }: Applicant): number {
    if (this.#slots === 0) return 0;
    const now = seconds();
    let slotSeconds = 0;
    for (const { size, since } of this.#inside)
      slotSeconds += Math.max(0, this.#pace.of(size.work) - (now - since));
    for (const { size } of this.#queue.ahead(priority, now)) slotSeconds += this.#pace.of(size.work);
    return slotSeconds / this.#slots;
  }

  #enqueue(place: Place): void {
    place.spot = this.#queue.join(place, place.applicant.priority, seconds());
    this.#count(place, 1);
    place.timer = setTimeout(() => this.expire(place), this.#waitLeft(place.applicant) * 1000);
  }

  #dequeue(place: Place): void {
    clearTimeout(place.timer);
    this.#queue.leave(place.spot!);
    this.#count(place, -1);
  }

  #count({ size: { bytes, tokens }, applicant }: Place, sign: 1 | -1): void {
    this.#waitingBytes += sign * bytes;
    this.#waitingTokens += sign * tokens;
    this.onWaiting(applicant.route, sign);
  }

  #letIn(place: Place): void {
    this.#inside.add(place);
    place.state = "running";
    place.since = seconds();
  }

  #letOut(place: Place, done: boolean): void {
    this.#inside.delete(place);
    if (done) this.#pace.learn(place.size.work, seconds() - place.since);
  }

  #admitNext(): void {
    for (let place; this.#inside.size < this.#slots && (place = this.#queue.first);) {
      this.#dequeue(place);
      this.#letIn(place);
      place.admit();
    }
    this.#changed();
  }

  #changed(): void {
    this.onChange({ waiting: this.#queue.size, running: this.#inside.size });
  }
}

class Place implements Ticket {
  state: "waiting" | "running" | "left" = "waiting";
  timer: NodeJS.Timeout | undefined;
  /** Set while it waits. */
  spot: Spot<Place> | undefined;
  /** When it was let in. */
  since = 0;

  constructor(
    private readonly admission: Admission,
    readonly applicant: Applicant,
  ) {}

  get size(): RequestSize {
    return this.applicant.size;
  }

  admit(): void {
    if (this.state === "running") this.applicant.admit();
  }

  release(done = false): void {
    this.admission.leave(this, done);
  }
}

/** On a clock that does not jump. */
function seconds(): number {
  return performance.now() / 1000;
}

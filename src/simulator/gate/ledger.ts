/** A record that the gate has taken. */
export interface ArrivedRecord {
  readonly orderNo: string;
  /** Its fields as sent, without `sign`. */
  readonly record: Readonly<Record<string, string>>;
  /** When it came first, epoch milliseconds with a fraction. */
  readonly at: number;
  /** How many times it came again. */
  readonly repeats: number;
}

/** What the gate has taken, by order number. */
export class Ledger {
  readonly #records = new Map<string, ArrivedRecord & { repeats: number }>();
  readonly #idempotent: boolean;
  #waiting: {
    readonly count: number;
    readonly resolve: () => void;
    readonly reject: (why: Error) => void;
  }[] = [];
  #repeats = 0;

  /** @param idempotent whether an order number taken before is answered and otherwise ignored, as it should be */
  constructor(idempotent: boolean) {
    this.#idempotent = idempotent;
  }

  /** How many records were taken. */
  get size(): number {
    return this.#records.size;
  }

  /** How many posts had an order number that was taken before. */
  get repeats(): number {
    return this.#repeats;
  }

  /** In the order of arrival. */
  list(): ArrivedRecord[] {
    return [...this.#records.values()];
  }

  /** @returns the record where it is new, undefined where its order number was taken before */
  take(orderNo: string, record: Readonly<Record<string, string>>, at: number): ArrivedRecord | undefined {
    const known = this.#records.get(orderNo);
    if (known !== undefined) {
      this.#repeats += 1;
      known.repeats += 1;
      // A receiver that does not know its records again grants a second discount: a record of its own.
      if (this.#idempotent) return undefined;
    }
    const arrived = { orderNo, record, at, repeats: 0 };
    this.#records.set(known === undefined ? orderNo : `${orderNo}#${known.repeats}`, arrived);
    if (this.#waiting.length > 0) this.#wake();
    return arrived;
  }

  /** Resolves once so many records were taken; rejects where the gate closes before. */
  waitFor(count: number): Promise<void> {
    if (this.size >= count) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ count, resolve, reject });
    });
  }

  /** Ends all waiting. */
  close(): void {
    for (const { count, reject } of this.#waiting) {
      reject(new Error(`the gate closed with ${this.size} records while ${count} were waited for`));
    }
    this.#waiting = [];
  }

  #wake(): void {
    const { size } = this;
    for (const { count, resolve } of this.#waiting) if (count <= size) resolve();
    this.#waiting = this.#waiting.filter(({ count }) => count > size);
  }
}

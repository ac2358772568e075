/** Which requests a fault hits; all that is given must hold. */
export interface When {
  /** A share of them by chance, 0 to 1. */
  readonly share?: number;
  /** Only after so many (that the rest of this holds for). */
  readonly after?: number;
  /** Only so many. */
  readonly count?: number;
  /** Only from this time on, milliseconds since the faults were set. */
  readonly from?: number;
  /** Only before this time, milliseconds since the faults were set. */
  readonly to?: number;
  /** Only records whose plate matches. */
  readonly plate?: RegExp;
  /** Only records whose order number matches. */
  readonly order?: RegExp;
}

/** A misfortune to order. */
export type Fault = When &
  (
    | /** Answers so many milliseconds later. */ { readonly kind: 'latency'; readonly ms: number }
    | /** Answers with this status and a web page, without looking at the record. */ {
        readonly kind: 'status';
        readonly status: number;
        /** The `Retry-After` header: seconds or a date. */
        readonly retryAfter?: string;
      }
    | /** Resets the connection without reading the request (`plate` and `order` cannot be known). */ {
        readonly kind: 'reset-before';
      }
    | /** Takes the record, then resets the connection. */ { readonly kind: 'reset-after' }
    | /** Takes the record and never answers. */ { readonly kind: 'no-answer' }
    | /** Takes the record and spreads its answer over so many milliseconds. */ {
        readonly kind: 'slow-body';
        readonly ms: number;
      }
    | /** Takes the record and answers this under status 200. */ {
        readonly kind: 'malformed';
        readonly body: string;
      }
    | /** Answers in a way that real platforms of the dialect have, whether they took the record or not. */ {
        readonly kind: 'habit';
        /** One of the receiver's habits. */
        readonly habit: string;
      }
    | /** Refuses the record. */ { readonly kind: 'refuse'; readonly description: string }
    | /** Is not there at all: the port is closed. By `from` and `to` only. */ { readonly kind: 'away' }
  );

/** The faults of one gate at work: counts what each has seen. */
export class Faults {
  readonly #faults: readonly { readonly fault: Fault; seen: number }[];
  readonly #random: () => number;
  readonly #since: number;
  readonly #clock: () => number;

  /**
   * @param random from 0 to 1, for shares
   * @param clock monotonic, milliseconds
   */
  constructor(faults: readonly Fault[], random: () => number, clock: () => number) {
    this.#faults = faults.map((fault) => ({ fault, seen: 0 }));
    this.#random = random;
    this.#clock = clock;
    this.#since = clock();
  }

  /** Whether the connection is to be reset before its request is read. */
  resetsUnread(): boolean {
    return this.#hits((fault) => fault.kind === 'reset-before', '', '').length > 0;
  }

  /** @returns the faults that hit a request, in the order they were set */
  hitting(plate: string, order: string): Fault[] {
    return this.#hits((fault) => fault.kind !== 'reset-before' && fault.kind !== 'away', plate, order);
  }

  #hits(wanted: (fault: Fault) => boolean, plate: string, order: string): Fault[] {
    const at = this.#clock() - this.#since;
    const hit: Fault[] = [];
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (!wanted(fault)) continue;
      if (fault.plate?.test(plate) === false || fault.order?.test(order) === false) continue;
      if (at < (fault.from ?? 0) || at >= (fault.to ?? Number.POSITIVE_INFINITY)) continue;
      if (fault.share !== undefined && this.#random() >= fault.share) continue;
      entry.seen += 1;
      const after = fault.after ?? 0;
      if (entry.seen > after && entry.seen <= after + (fault.count ?? Number.POSITIVE_INFINITY))
        hit.push(fault);
    }
    return hit;
  }
}

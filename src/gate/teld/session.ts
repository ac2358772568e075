/** A token as the platform gave it. */
export interface TeldToken {
  readonly text: string;
  /** Seconds it says that it is good for; undefined where it does not say. */
  readonly seconds: number | undefined;
}

/** A token, or why there is none. */
export type TokenResult<Failed> = { readonly token: string } | { readonly failed: Failed };

/** Asks the platform for a token; must end by itself and never reject. */
export type TokenQuery<Failed> = () => Promise<TeldToken | { readonly failed: Failed }>;

/** How long a token is used whose platform does not say, seconds: one known sender renews its own every 10 minutes. */
const UNSAID = 600;
/** The share of its time that a token is used: one platform says a full hour of a token that it gave out before. */
const USED = 0.8;

/**
 * The token of one gate, in memory only: fetched when one is needed, by one query at a time, distrusted before its
 * time is over and as soon as the gate refuses it.
 *
 * none → (query) → held → (80 % of its time, or refused) → none; a failed query leaves it at none.
 */
export class TokenSession<Failed> {
  readonly #clock: () => number;
  /** Whether a failure is of the one attempt that asked (its time ran out), not of the platform. */
  readonly #isOwn: (failed: Failed) => boolean;
  #token: string | undefined;
  /** Monotonic milliseconds from which on the token is not used any more. */
  #until = 0;
  #running: Promise<TokenResult<Failed>> | undefined;

  /** @param clock monotonic, milliseconds: a wall clock that is set would give a token other limits */
  constructor(clock: () => number, isOwn: (failed: Failed) => boolean) {
    this.#clock = clock;
    this.#isOwn = isOwn;
  }

  /**
   * The token to send with: from memory, from the query under way, or by `query`. Where the attempt that asked ran out
   * of time, those who waited for its answer ask again, one of them for all.
   */
  async get(query: TokenQuery<Failed>): Promise<TokenResult<Failed>> {
    while (true) {
      if (this.#token !== undefined && this.#clock() < this.#until) return { token: this.#token };
      const others = this.#running;
      const result = await (others ?? this.#ask(query));
      if (others === undefined || 'token' in result || !this.#isOwn(result.failed)) return result;
    }
  }

  /** The gate refused this token. One that has been replaced meanwhile refuses nothing. */
  refused(token: string): void {
    if (this.#token === token) this.#token = undefined;
  }

  #ask(query: TokenQuery<Failed>): Promise<TokenResult<Failed>> {
    this.#running = this.#refresh(query).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #refresh(query: TokenQuery<Failed>): Promise<TokenResult<Failed>> {
    const asked = this.#clock();
    const answer = await query();
    if ('failed' in answer) {
      this.#token = undefined;
      return answer;
    }
    this.#token = answer.text;
    this.#until = asked + (answer.seconds ?? UNSAID) * 1000 * USED;
    return { token: answer.text };
  }
}

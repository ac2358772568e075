import type { Log, LogFields } from '../domain/log.ts';

/** Calls back after `ms`; gives what calls it off. Timers of it keep no process alive. */
export type Schedule = (ms: number, then: () => void) => () => void;

const WINDOW_MS = 60_000;
/** Troubles that are told apart at one time; what comes beyond them is counted together. */
const MAX_KEYS = 1000;
const OTHERS = 'others';

interface Trouble {
  level: 'error' | 'warn' | 'info';
  fields: LogFields;
  message: string;
  /** How often since it was last said. */
  count: number;
  calledOff: () => void;
}

const timer: Schedule = (ms, then) => {
  const handle = setTimeout(then, ms).unref();
  return () => clearTimeout(handle);
};

/**
 * Says a trouble that comes again and again once, then at most once a minute how often it came since. A trouble
 * that stays away for a minute is new again.
 */
export class LogThrottle {
  readonly #log: Log;
  readonly #schedule: Schedule;
  readonly #troubles = new Map<string, Trouble>();

  constructor(log: Log, schedule: Schedule = timer) {
    this.#log = log;
    this.#schedule = schedule;
  }

  /**
   * @param key what is the same trouble: name the thing at fault (a topic, a source), never what an event holds
   * @param fields of the first time are said at once, those of the last time with the count
   */
  say(level: Trouble['level'], key: string, fields: LogFields, message: string): void {
    const full = this.#troubles.size >= MAX_KEYS && !this.#troubles.has(key);
    const name = full ? OTHERS : key;
    const known = this.#troubles.get(name);
    if (known) {
      Object.assign(known, { level, fields, message, count: known.count + 1 });
      return;
    }
    this.#log[level](fields, message);
    this.#troubles.set(name, { level, fields, message, count: 0, calledOff: this.#later(name) });
  }

  /** The trouble is over: says what is left to count, and the next time is the first again. */
  over(key: string): void {
    const trouble = this.#troubles.get(key);
    if (!trouble) return;
    trouble.calledOff();
    this.#troubles.delete(key);
    this.#sum(trouble);
  }

  /** Says everything that is left to count. */
  close(): void {
    for (const key of [...this.#troubles.keys()]) this.over(key);
  }

  #later(key: string): () => void {
    return this.#schedule(WINDOW_MS, () => {
      const trouble = this.#troubles.get(key);
      if (!trouble) return;
      if (trouble.count === 0) {
        this.#troubles.delete(key);
        return;
      }
      this.#sum(trouble);
      trouble.count = 0;
      trouble.calledOff = this.#later(key);
    });
  }

  #sum({ level, fields, message, count }: Trouble): void {
    if (count > 0) this.#log[level]({ ...fields, times: count }, `${message} (seen ${count} times more)`);
  }
}

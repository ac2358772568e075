import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '../domain/clock.ts';
import type { WarningSink } from '../domain/warnings.ts';

/** What the box's clock is held against. */
export interface ClockTrustDeps {
  readonly clock: Clock;
  /** Whether the system says that NTP keeps its clock; see {@link ntpSynchronised}. Never rejects. */
  synchronised(): Promise<boolean>;
  readonly warnings: Pick<WarningSink, 'raise' | 'clear'>;
}

/** A clock within this of another one is right enough to judge by, milliseconds (`plausible` in the config). */
const RIGHT_MS = 600_000;
/** Further off than this it is warned about, as `doctor` does, milliseconds. */
const OFF_MS = 60_000;
/** How often the system is asked, milliseconds. */
const ASK_MS = 600_000;

/**
 * Whether the box's wall clock is known to be right: by NTP, or by the gate's clock. Both are kept as their distance
 * from the monotonic clock, so that the answer follows a clock that is set.
 */
export class ClockTrust {
  readonly #deps: ClockTrustDeps;
  /** What NTP's clock and the gate's are ahead of the monotonic one, milliseconds. */
  #ntp: number | undefined;
  #gate: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: ClockTrustDeps) {
    this.#deps = deps;
  }

  /** Asks the system now and every ten minutes until {@link stop}. */
  start(): void {
    this.ask();
    this.#timer = setInterval(() => this.ask(), ASK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Asks the system: also when the clock was set. */
  ask(): void {
    const { synchronised, clock } = this.#deps;
    void synchronised().then((yes) => {
      this.#ntp = yes ? clock.now() - clock.monotonic() : undefined;
    });
  }

  /**
   * The gate said what time it is (`Date` of a reply, cut to the second), somewhere between asking and answering.
   * @param date epoch milliseconds
   * @param tookMs from asking to the answer
   */
  heardGate(date: number, tookMs: number): void {
    const { clock, warnings } = this.#deps;
    this.#gate = date + 500 + tookMs / 2 - clock.monotonic();
    const off = this.offset ?? 0;
    if (Math.abs(off) > OFF_MS + tookMs / 2)
      warnings.raise('clock-off', { against: 'gate', ms: Math.round(off) });
    else warnings.clear('clock-off');
  }

  /** How far the box's clock is ahead of the gate's, milliseconds; undefined before the gate has answered. */
  get offset(): number | undefined {
    return this.#ahead(this.#gate);
  }

  /** Whether the wall clock is known to be right. */
  isRight(): boolean {
    return [this.#ntp, this.#gate].some((other) => Math.abs(this.#ahead(other) ?? Infinity) <= RIGHT_MS);
  }

  #ahead(other: number | undefined): number | undefined {
    const { clock } = this.#deps;
    return other === undefined ? undefined : clock.now() - clock.monotonic() - other;
  }
}

/** systemd-timesyncd makes it once it has set the clock in this boot (systemd-timesyncd.service(8)). */
const TIMESYNCD = '/run/systemd/timesync/synchronized';

/**
 * Whether NTP keeps the system's clock: by timesyncd's file, else by what timedated knows of the kernel, which chrony
 * and ntpd tell too. False where neither is there. Never rejects.
 */
export async function ntpSynchronised(): Promise<boolean> {
  if (existsSync(TIMESYNCD)) return true;
  return new Promise((answer) => {
    const options = { timeout: 5_000, windowsHide: true } as const;
    execFile('timedatectl', ['show', '--property=NTPSynchronized', '--value'], options, (error, said) =>
      answer(error === null && said.trim() === 'yes'),
    );
  });
}

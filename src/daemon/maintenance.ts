import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import { ClockWatch } from '../ops/clock-watch.ts';
import { isoTime } from '../ops/iso-time.ts';
import type { LogThrottle } from '../ops/log-throttle.ts';
import { StorageError } from '../outbox/errors.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { Retention } from '../outbox/retention.ts';
import type { LongestPlans } from '../outbox/tables/clock-shift.ts';
import type { Pipeline } from './pipeline.ts';

/** What the rounds look after. */
export interface MaintenanceOptions {
  readonly outbox: Outbox;
  /** The line of today's config. */
  line(): Pick<Pipeline, 'refresh' | 'endWaits' | 'judgeAgain' | 'probeNow'>;
  /** The furthest away that anything is planned; a reload may change it. */
  longestPlans(): LongestPlans;
  /** How long delivered records are kept, milliseconds (`outbox.keepDelivered`); a reload may change it. */
  keepDelivered(): number;
  /** The wall clock was set by so many milliseconds. */
  clockJumped(by: number): void;
  readonly buildDate: number;
  readonly repeats: LogThrottle;
  readonly log: Log;
  readonly clock: Clock;
}

/** How often clocks, other writers and waits are looked at, milliseconds. */
const ROUND_MS = 500;
/** The fact under which the last action that was logged is kept. */
const LOGGED_ACTION = 'logged-action';
/** Actions logged at once. */
const ACTIONS = 200;
/** How often old rows are looked for, in rounds. */
const HOUSEKEEPING_ROUNDS = 10;

/**
 * Goes round for as long as the daemon runs, and looks for what tells nobody of itself: a clock that was set, rows
 * that another process wrote, waits that are over, rows that are old. One round at a time; a round that fails
 * for the storage's sake is simply the last one until the next.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  readonly #watch: ClockWatch;
  readonly #housekeeping: Retention;
  readonly #timer: NodeJS.Timeout;
  #seenVersion: number;
  #loggedAction: number;
  /** Whether what was done while no daemon ran has been logged. */
  #caughtUp = false;
  #count = 0;
  #round: Promise<void> | undefined;

  constructor(options: MaintenanceOptions) {
    const { outbox, buildDate, log, clock, keepDelivered } = options;
    this.#options = options;
    this.#watch = new ClockWatch(clock);
    this.#housekeeping = new Retention({
      outbox,
      get keepDelivered() {
        return keepDelivered();
      },
      buildDate,
      log,
      clock,
    });
    this.#loggedAction = Number(outbox.upkeep.meta(LOGGED_ACTION) ?? 0);
    this.#seenVersion = outbox.upkeep.dataVersion();
    this.#timer = setInterval(() => {
      this.#round ??= this.#go().finally(() => {
        this.#round = undefined;
      });
    }, ROUND_MS);
  }

  /** Resolves when the round under way is done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
    await this.#housekeeping.stop();
  }

  async #go(): Promise<void> {
    const { log, repeats } = this.#options;
    try {
      await this.#look();
    } catch (error) {
      if (error instanceof StorageError) log.debug({ err: error }, 'a round was broken off: storage fails');
      else repeats.say('error', 'round', { err: error }, 'a defect of pilegate, please report it');
    }
  }

  async #look(): Promise<void> {
    const { outbox, line } = this.#options;
    const jump = this.#watch.look();
    if (jump === undefined) outbox.clockUnchanged();
    else await this.#jumped(jump);
    outbox.checkPlace();
    if (!outbox.usable) return;
    const version = outbox.upkeep.dataVersion();
    if (version !== this.#seenVersion) {
      this.#seenVersion = version;
      line().refresh();
      this.#caughtUp = false;
    }
    if (!this.#caughtUp) await this.#logActions();
    await line().endWaits();
    this.#count += 1;
    if (this.#count % HOUSEKEEPING_ROUNDS === 0) void this.#housekeeping.run();
  }

  /** Each operator action is logged once, by whichever daemon sees it first. */
  async #logActions(): Promise<void> {
    const { outbox, log } = this.#options;
    for (;;) {
      const actions = outbox.upkeep.actionsAfter(this.#loggedAction, ACTIONS);
      const last = actions.at(-1);
      if (last === undefined) {
        this.#caughtUp = true;
        return;
      }
      for (const { at, who, via, command, orderNo, eventId, changed, why } of actions)
        log.info(
          // Values may be plates, which the log does not hold.
          {
            event: 'operator.action',
            at: isoTime(at),
            who,
            via,
            command,
            orderNo,
            id: eventId,
            changed: Object.keys(changed),
            why,
          },
          'an operator acted on the outbox',
        );
      this.#loggedAction = last.id;
      await outbox.keep((upkeep) => upkeep.setMeta(LOGGED_ACTION, String(last.id)));
    }
  }

  async #jumped(jump: { by: number; from: number; to: number }): Promise<void> {
    const { outbox, line, log, clock, longestPlans } = this.#options;
    log.warn(
      { event: 'clock.jumped', byMs: jump.by, from: isoTime(jump.from), to: isoTime(jump.to) },
      'the wall clock was set; what is planned keeps its distance',
    );
    this.#housekeeping.distrustClock();
    this.#options.clockJumped(jump.by);
    await outbox.clockJumped(jump.by);
    // What was planned by the new clock before the jump was seen has just been moved too: not further than ever.
    await outbox.keep((upkeep) => upkeep.clamp(clock.now(), longestPlans()));
    line().refresh();
    await line().judgeAgain();
    // A certificate that was not valid by the old clock may be by this one.
    line().probeNow();
  }
}

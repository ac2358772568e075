import { AlertDesk, type Receiver } from '../alerts/desk.ts';
import { type AlertMessage, outsideParams } from '../alerts/message.ts';
import { alertRequest, type Robot } from '../alerts/platforms.ts';
import { postAlert } from '../alerts/post.ts';
import type { Saying } from '../alerts/watch.ts';
import type { LoadedConfig } from '../config/loaded.ts';
import { type AlertName, conditionsOf } from '../domain/alerts.ts';
import type { Clock } from '../domain/clock.ts';
import type { Problem } from '../domain/health.ts';
import { StationZone } from '../domain/station-time.ts';
import { problemIn, sayIn } from '../i18n/catalogue.ts';
import type { Spoken } from '../i18n/en/spoken.ts';
import type { LogThrottle } from '../ops/log-throttle.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Setup } from './setup.ts';

/** Whose alerts they are. */
export interface AlertingStation {
  readonly id: string;
  readonly name: string;
  readonly zone: StationZone;
  /** The station's language. */
  readonly texts: Spoken;
}

/** A robot of `alerts:` with its secrets, and of what it is told. */
export interface AlertTarget {
  readonly robot: Robot;
  readonly on: readonly AlertName[];
}

/** The robots of a config, in their order. */
export function alertTargets({ loaded, secrets }: Pick<Setup, 'loaded' | 'secrets'>): AlertTarget[] {
  return loaded.config.alerts.flatMap(({ to, on }, index) => {
    const found = secrets.alerts[index];
    if (found === undefined) return [];
    return [{ robot: { to, url: found.url.reveal(), secret: found.secret?.reveal() }, on }];
  });
}

/** Whose alerts a config's are. */
export function alertingStation({ config }: LoadedConfig, texts: Spoken): AlertingStation {
  const { id, name, timeZone } = config.station;
  return { id, name, zone: new StationZone(timeZone), texts };
}

/** What alerting needs from around it. */
export interface AlertingOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly repeats: LogThrottle;
  readonly metrics: Pick<Metrics, 'alert'>;
  station(): AlertingStation;
  problems(): readonly Problem[];
  /** The piles from which nothing came for `silentAfter`. */
  silent(): readonly string[];
}

/** How often it looks, milliseconds: a fault that nobody reports is told within so long. */
const LOOK_MS = 1_000;

/** Watches the installation and tells people who do not look; only where the config names receivers. */
export class Alerting {
  readonly #options: AlertingOptions;
  readonly #desk: AlertDesk;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AlertingOptions) {
    const { outbox, clock, repeats, metrics } = options;
    this.#options = options;
    this.#desk = new AlertDesk({
      clock,
      saved: outbox.upkeep.meta('alerts'),
      save: (json) => {
        if (!outbox.usable) return;
        outbox
          .keep((upkeep) => upkeep.setMeta('alerts', json))
          .catch(() => {
            // Storage fails: what is not kept is in memory, and is written when it works again.
          });
      },
      conditions: () => conditionsOf(options.problems(), options.silent(), clock.now()),
      compose: (saying) => composed(saying, options.station(), clock.now()),
      outcome: (key, result, why) => {
        const [, to = key] = key.split(':');
        metrics.alert(to, result);
        if (result === 'sent') repeats.over(`alert ${key}`);
        else
          repeats.say(
            'warn',
            `alert ${key}`,
            { event: 'alert.failed', receiver: key, reason: why },
            result === 'failed'
              ? 'an alert was not taken; it is sent again: pilegate alerts test'
              : 'an alert is given up',
          );
      },
    });
  }

  /** From now on these are told, besides `others` (the uplink). */
  async apply(targets: readonly AlertTarget[], others: readonly Receiver[] = []): Promise<void> {
    const receivers = [...targets.map((target, index) => this.#receiver(target, index + 1)), ...others];
    clearInterval(this.#timer);
    await this.#desk.apply(receivers);
    if (receivers.length > 0) this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Looks now: something changed. */
  look(): void {
    this.#desk.look();
  }

  /** The wall clock was set by so many milliseconds. */
  clockJumped(by: number): void {
    this.#desk.clockJumped(by);
  }

  /** Storage works again. */
  save(): void {
    this.#desk.save();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#desk.stop();
  }

  #receiver({ robot, on }: AlertTarget, n: number): Receiver {
    const { clock, station } = this.#options;
    return {
      key: `${n}:${robot.to}`,
      on,
      send: (message, signal) => {
        const text = station().texts.alerts.message(message);
        return postAlert(robot.to, alertRequest(robot, message, text, clock.now()), signal);
      },
    };
  }
}

/** A saying as a message: what comes from outside is made safe before it is put into our words. */
function composed(saying: Saying, station: AlertingStation, now: number): AlertMessage {
  const { alert, state, since, problem } = saying;
  const { texts, zone } = station;
  const local = (at: number) => isoIn(zone, at);
  const { text, remedy } = problemIn(
    texts,
    { code: problem.code, params: outsideParams(problem.params) },
    { say: sayIn(texts), local },
  );
  return {
    station: station.id,
    stationName: station.name,
    alert,
    state,
    since: local(since),
    at: local(now),
    text,
    command: remedy,
  };
}

/** A message that only says that messages arrive, for `pilegate alerts test`. */
export function testMessage({ id, name, zone, texts }: AlertingStation, now: number): AlertMessage {
  const at = isoIn(zone, now);
  const { test, testCommand } = texts.alerts;
  return {
    station: id,
    stationName: name,
    alert: 'test',
    state: 'begin',
    since: at,
    at,
    text: test,
    command: testCommand,
  };
}

/** ISO 8601 with the station's offset, to the second. */
function isoIn(zone: StationZone, at: number): string {
  return `${zone.local(at).replace(' ', 'T')}${zone.offset(at)}`;
}

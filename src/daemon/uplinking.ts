import type { Receiver } from '../alerts/desk.ts';
import { outsideParams } from '../alerts/message.ts';
import { ALERT_NAMES, DEFAULT_ALERTS } from '../domain/alerts.ts';
import type { Clock } from '../domain/clock.ts';
import { problemIn, sayIn } from '../i18n/catalogue.ts';
import type { Spoken } from '../i18n/en/spoken.ts';
import { isoTime } from '../ops/iso-time.ts';
import type { LogThrottle } from '../ops/log-throttle.ts';
import { Uplink } from '../uplink/uplink.ts';
import { type PipelineOptions, stateOf } from './pipeline.ts';
import type { Setup } from './setup.ts';

/** What the uplink is opened with. */
export interface UplinkingOptions extends Pick<PipelineOptions, 'version' | 'state'> {
  readonly setup: Setup;
  readonly clock: Clock;
  readonly repeats: LogThrottle;
  /** The station's language. */
  readonly texts: Spoken;
}

/** The uplink of a config; undefined where it names none. */
export function openUplink(options: UplinkingOptions): Uplink | undefined {
  const { setup, clock, repeats } = options;
  const { uplink } = setup.loaded.config;
  if (uplink === undefined) return undefined;
  const { url, topic, clientId, username, tls } = uplink;
  const password = setup.secrets.uplinkPassword?.reveal();
  return new Uplink({
    settings: { url, topic, clientId, username, password, tls },
    clock,
    state: (as) => ({ ...stateOf(options, as), ...(as === 'will' ? {} : verdicts(options)) }),
    trouble: (why) => repeats.say('warn', 'uplink', { reason: why }, 'no uplink; intake and delivery go on'),
    connected: () => repeats.over('uplink'),
  });
}

/** The uplink as a receiver of alerts: of the usual ones, and of every other that `alerts:` names. */
export function uplinkReceiver(uplink: Uplink, { loaded }: Setup): Receiver {
  const named = new Set([...DEFAULT_ALERTS, ...loaded.config.alerts.flatMap(({ on }) => on)]);
  return {
    key: 'uplink',
    on: ALERT_NAMES.filter((name) => named.has(name)),
    send: (message, signal) => uplink.alert(JSON.stringify(message), signal),
  };
}

/** What doctor would say: every problem with its words and its remedy, texts from outside made safe. */
function verdicts({ state, texts }: UplinkingOptions): object {
  const say = sayIn(texts);
  return {
    verdicts: state.problems().map(({ level, code, params }) => ({
      level,
      code,
      ...problemIn(texts, { code, params: outsideParams(params) }, { say, local: isoTime }),
    })),
  };
}

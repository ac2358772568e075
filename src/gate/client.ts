import type { Outcome } from '../domain/outcome.ts';
import type { ChargingRecord } from '../domain/record.ts';
import { openConnections } from './dispatcher.ts';
import { Exchange, type ExchangeContext } from './exchange.ts';
import { compileRefusals, secretPattern } from './reply.ts';
import { requestMaker, serviceUrl } from './request.ts';
import type { GateSettings } from './settings.ts';

/** Hands records to the gate, each attempt once: repeating is delivery's decision. */
export interface GateClient {
  /**
   * Posts one record.
   *
   * @returns how it ended; whatever the network or the gate does is an outcome. Rejects only where the record
   *   itself cannot be made into a request, which is a defect of whoever made the record.
   */
  send(record: ChargingRecord): Promise<Outcome>;
  /** Waits for the answers in flight (each within the settings' timeout), then closes the connections. */
  close(): Promise<void>;
  /** Cuts the connections now: what is in flight ends unanswered, what waits for a connection unreachable. */
  destroy(): Promise<void>;
}

/** What a client needs besides the settings. */
export interface GateClientOptions {
  /** The program's version, for `User-Agent`. */
  readonly version: string;
  /** The wall clock, epoch milliseconds; `Date.now` by default. */
  readonly now?: () => number;
}

/**
 * Makes the client of one gate. Connections open as they are needed.
 *
 * @param key signs every record; blotted out of replies, never logged
 * @throws Failure where the settings' TLS files cannot be used
 */
export function createGateClient(
  settings: GateSettings,
  key: string,
  options: GateClientOptions,
): GateClient {
  const { version, now = Date.now } = options;
  const { origin, pathname, host } = new URL(serviceUrl(settings));
  const dispatcher = openConnections(origin, settings);
  const makeRequest = requestMaker(settings, key);
  const refusals = compileRefusals(settings.refusals);
  const secret = secretPattern(key);
  const rules = () => ({ refusals, now: now(), secret });
  const target = settings.proxy === 'off' ? host : `${host} (through gate.proxy)`;
  const context: ExchangeContext = { target, timeout: settings.timeout, rules };
  const headers = [
    'content-type',
    'application/json; charset=utf-8',
    'user-agent',
    `pilegate/${version}`,
    'accept',
    'application/json, */*',
  ];
  // The exchange has its own time-out over all of it.
  const request = {
    origin,
    path: pathname,
    method: 'POST' as const,
    headers,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const inFlight = new Set<Promise<Outcome>>();

  return {
    async send(record) {
      const { body } = makeRequest(record);
      const outcome = new Promise<Outcome>((settle) => {
        dispatcher.dispatch({ ...request, body }, new Exchange(context, settle));
      });
      inFlight.add(outcome);
      return outcome.finally(() => inFlight.delete(outcome));
    },
    async close() {
      await Promise.allSettled(inFlight);
      await dispatcher.destroy();
    },
    async destroy() {
      await dispatcher.destroy();
    },
  };
}

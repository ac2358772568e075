import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ChargingRecord } from '../domain/record.ts';
import { openDialect } from './dialects.ts';
import type { Dialect, DialectTools, GateRequest } from './port.ts';
import type { GateSecrets, GateSettings } from './settings.ts';

/**
 * Requests that are wrong or unusual on purpose, for the acceptance test of a platform. Each is made by the dialect
 * itself, with other settings or another secret: no dialect's names or forms are known here.
 */
export interface Trials {
  /** As records go. */
  readonly right: Dialect;
  /** Signed with another secret. */
  readonly missigned: Dialect;
  /** With one more field, which sorts apart by ASCII and by letters. */
  readonly extended: Dialect;
  /** What is empty is sent as empty text; undefined where the dialect has no such choice. */
  readonly sendingEmpty: Dialect | undefined;
  /** What is empty is left out; undefined where the dialect has no such choice. */
  readonly omittingEmpty: Dialect | undefined;
}

/** The extension field of {@link Trials.extended}. */
const EXTENSION = 'PilegateTest';

/** The secrets that sign requests, by their names in the config; the first that a gate has. */
const SIGNING = ['key', 'sigSecret'];

/**
 * Makes them for one gate.
 * @param secrets all that the dialect needs
 */
export function openTrials(settings: GateSettings, secrets: GateSecrets, tools: DialectTools): Trials {
  const right = openDialect(settings, secrets, tools);
  const began = tools.now();
  // Each maker numbers its requests by itself: in a second before all the right ones no time stamp is given twice.
  const clockAt = (secondsBefore: number) => ({ ...tools, now: () => began - secondsBefore * 1000 });
  const other = (changed: GateSettings) => withBodiesOf(right, openDialect(changed, secrets, clockAt(1)));
  const name = SIGNING.find((one) => (secrets[one] ?? '') !== '') ?? '';
  const wrong = { ...secrets, [name]: anotherThan(secrets[name] ?? '') };
  const extraFields = { ...settings.extraFields, [EXTENSION]: 'a=1&b 测试' };
  const choosing = 'emptyFields' in settings ? settings : undefined;
  return {
    right,
    missigned: withBodiesOf(right, openDialect(settings, wrong, clockAt(2))),
    extended: other({ ...settings, extraFields }),
    sendingEmpty: choosing && other({ ...choosing, emptyFields: 'send' }),
    omittingEmpty: choosing && other({ ...choosing, emptyFields: 'omit' }),
  };
}

/** A secret of the same length that tells nothing of it. */
function anotherThan(secret: string): string {
  const zeros = '0'.repeat(secret.length);
  return secret === zeros ? '1'.repeat(secret.length) : zeros;
}

/** The right dialect, its session too, but records have the body that `maker` gives them. */
function withBodiesOf(right: Dialect, maker: Dialect): Dialect {
  return rewritten(right, (request, record) => ({ ...request, body: maker.request(record).body }));
}

/**
 * The same dialect, each post heard before it leaves.
 * @param heard `record` is undefined where the post carries none (a session's token)
 */
export function overheard(
  dialect: Dialect,
  heard: (request: GateRequest, record: ChargingRecord | undefined) => void,
): Dialect {
  const listening = rewritten(dialect, (request, record) => {
    heard(request, record);
    return request;
  });
  const { deliver } = listening;
  if (deliver === undefined) return listening;
  return {
    ...listening,
    deliver: (record, call, timeUp) =>
      deliver(
        record,
        (request) => {
          if (request.url !== dialect.url) heard(request, undefined);
          return call(request);
        },
        timeUp,
      ),
  };
}

function rewritten(
  dialect: Dialect,
  change: (request: GateRequest, record: ChargingRecord) => GateRequest,
): Dialect {
  const { deliver } = dialect;
  const delivering: Dialect['deliver'] =
    deliver &&
    ((record, call, timeUp) =>
      deliver(
        record,
        (request) => call(request.url === dialect.url ? change(request, record) : request),
        timeUp,
      ));
  return {
    ...dialect,
    request: (record) => change(dialect.request(record), record),
    ...(delivering && { deliver: delivering }),
  };
}

/** How many connections were opened while something was done: one that is kept open is not opened again. */
export async function connectionsDuring<T>(
  work: () => Promise<T>,
): Promise<{ readonly done: T; readonly opened: number }> {
  let opened = 0;
  const count = () => {
    opened += 1;
  };
  subscribe('undici:client:connected', count);
  try {
    const done = await work();
    return { done, opened };
  } finally {
    unsubscribe('undici:client:connected', count);
  }
}

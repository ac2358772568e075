import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { bounded } from './bounded.ts';
import { combined, found, type Verdict } from './verdict.ts';

/** What another clock said. */
export interface ClockReading {
  readonly against: 'gate' | 'broker';
  /** What it said, epoch milliseconds, to the second. */
  readonly date: number;
  /** The wall clock here when it was asked and when the answer came, epoch milliseconds. */
  readonly asked: number;
  readonly answered: number;
}

/** Further off than this a clock is wrong, and so wrong that certificates and keeping times suffer, milliseconds. */
const OFF_MS = 60_000;
const FAR_OFF_MS = 3_600_000;

/**
 * What the broker's clock says, where there is a way to learn it: MQTT has no time in it, nor has TLS, but over
 * websockets the broker speaks HTTP first, and may say the time with any answer. Never rejects.
 */
export async function brokerClock(url: string, limitMs: number): Promise<ClockReading | undefined> {
  if (!/^wss?:/i.test(url)) return undefined;
  const asked = Date.now();
  const heard = new Promise<string | undefined>((resolve) => {
    const address = url.replace(/^ws/i, 'http');
    // Only the time is read and nothing is sent: who answers does not matter.
    const options = { method: 'HEAD', rejectUnauthorized: false, signal: AbortSignal.timeout(limitMs) };
    const asking = /^https/i.test(address) ? requestHttps(address, options) : requestHttp(address, options);
    asking.on('response', (response) => {
      response.destroy();
      resolve(response.headers.date);
    });
    asking.on('error', () => resolve(undefined)).end();
  });
  const date = Date.parse((await bounded(heard, limitMs)) ?? '');
  if (Number.isNaN(date)) return undefined;
  return { against: 'broker', date, asked, answered: Date.now() };
}

/**
 * What other clocks say about the one here.
 * @param readings those that could be had
 * @param signed whether the gate's requests carry the time, so that a gate may refuse them for it
 * @param made when this program was made, epoch milliseconds: no clock is right that is before
 */
export function clockVerdict(
  readings: readonly ClockReading[],
  made: number,
  now: number,
  signed: boolean = false,
): Verdict {
  if (now < made) return found('red', 'clock.never-set', { now });
  if (readings.length === 0) return found('yellow', 'clock.alone', { now });
  return combined(readings.map((reading) => compared(reading, signed)));
}

function compared({ against, date, asked, answered }: ClockReading, signed: boolean): Verdict {
  // `Date` is cut to the second, and was taken somewhere between asking and answering.
  const ms = (asked + answered) / 2 - (date + 500);
  if (Math.abs(ms) <= OFF_MS + (answered - asked) / 2) return found('green', 'clock.agrees', { against });
  if (signed) return found('red', 'clock.signed-off', { against, ms });
  return found(Math.abs(ms) < FAR_OFF_MS ? 'yellow' : 'red', 'clock-off', { against, ms });
}

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { duration as spelt } from '../../i18n/en/time.ts';
import { duration as speltInChinese } from '../../i18n/zh/time.ts';
import type { Local } from '../voice.ts';
import { bounded } from './bounded.ts';
import { both, combined, green, type InBoth, red, type Verdict, yellow } from './verdict.ts';

/** What another clock said. */
export interface ClockReading {
  readonly whose: InBoth;
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
    // Only the time is read, and nothing is told: who answers does not matter.
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
  return { whose: both("the broker's", 'MQTT 服务器'), date, asked, answered: Date.now() };
}

/**
 * What other clocks say about the one here.
 * @param readings those that could be had
 * @param made when this program was made, epoch milliseconds: no clock is right that is before
 */
export function clockVerdict(
  readings: readonly ClockReading[],
  made: number,
  now: number,
  local: Local,
): Verdict {
  const remedy = both(
    'set it: timedatectl set-ntp true; timedatectl; where there is no time server: date -s "YYYY-MM-DD hh:mm:ss"',
    '请校时：timedatectl set-ntp true; timedatectl；没有时间服务器时：date -s "YYYY-MM-DD hh:mm:ss"',
  );
  if (now < made)
    return red(
      both(
        `the clock here says ${local(now)}, which is before this program was made: it was never set`,
        `本机时钟为 ${local(now)}，早于本程序的发布日期：从未校时`,
      ),
      remedy,
    );
  if (readings.length === 0)
    return yellow(
      both(
        `the clock here says ${local(now)}; no other clock could be asked`,
        `本机时钟为 ${local(now)}；没有其他时钟可以对照`,
      ),
      both('compare it with your watch: date; timedatectl', '请与手表核对：date; timedatectl'),
    );
  return combined(readings.map((reading) => compared(reading, remedy)));
}

function compared({ whose, date, asked, answered }: ClockReading, remedy: InBoth): Verdict {
  // `Date` is cut to the second, and was taken somewhere between asking and answering.
  const off = (asked + answered) / 2 - (date + 500);
  const by = both(spelt(Math.abs(off)), speltInChinese(Math.abs(off)));
  if (Math.abs(off) <= OFF_MS + (answered - asked) / 2)
    return green(both(`the clock here agrees with ${whose.en}`, `本机时钟与${whose.zh}一致`));
  const seen = both(
    `the clock here is ${by.en} ${off > 0 ? 'ahead of' : 'behind'} ${whose.en}`,
    `本机时钟比${whose.zh}${off > 0 ? '快' : '慢'} ${by.zh}`,
  );
  return Math.abs(off) < FAR_OFF_MS ? yellow(seen, remedy) : red(seen, remedy);
}

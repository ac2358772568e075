import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { StationZone } from '../domain/station-time.ts';
import { decompress } from './decompress.ts';
import { openDialect } from './dialects.ts';
import { openConnections } from './dispatcher.ts';
import { type Dialect, type ProbeReading, REPLY_LIMIT } from './port.ts';
import { readHttpDate } from './retry-after.ts';
import type { CommonSettings, GateSecrets, GateSettings } from './settings.ts';

/** What a gate, or whatever stands in its place, made of an empty request. */
export type GateProbe =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** What the reply says by the dialect's rules. */
      readonly reading: ProbeReading;
      /** Whether a web page came, as a proxy or a login portal sends. */
      readonly page: boolean;
      /** Where a redirect points. */
      readonly location: string | undefined;
      /** What its clock says (`Date`), epoch milliseconds, to the second. */
      readonly date: number | undefined;
      /** When it was asked and when it answered, epoch milliseconds of the wall clock here. */
      readonly asked: number;
      readonly answered: number;
    }
  /** No response: name, network, TLS, or nothing came within the limit (a `TimeoutError`). */
  | { readonly kind: 'failed'; readonly error: unknown };

/** What is known of a gate without asking it: for messages and checks. */
export function describeGate(settings: GateSettings, zone: StationZone, secrets: GateSecrets = {}): Dialect {
  return openDialect(settings, secrets, { now: Date.now, zone, uuid: randomUUID });
}

/**
 * Posts the dialect's empty request: by the very way that records go, but nothing that a gate can take for a record.
 * @param version the program's, for `User-Agent`
 * @param limitMs for all of it, milliseconds
 * @throws Failure where the settings' TLS files cannot be used
 */
export async function probeGate(
  settings: CommonSettings,
  dialect: Dialect,
  version: string,
  limitMs: number,
): Promise<GateProbe> {
  const { origin } = new URL(dialect.url);
  const dispatcher = openConnections(origin, { ...settings, concurrency: 1, timeout: limitMs });
  const asked = Date.now();
  try {
    const { url, headers, body } = dialect.probe();
    const response = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { ...headers, 'user-agent': `pilegate/${version}`, accept: 'application/json, */*' },
      body,
      signal: AbortSignal.timeout(limitMs),
    });
    const answered = Date.now();
    const header = (name: string) => {
      const value = response.headers[name];
      return typeof value === 'string' ? value : value?.[0];
    };
    const packed = await beginning(response.body);
    const reply = {
      status: response.statusCode,
      headers: response.headers,
      body: await decompress(packed, header('content-encoding') ?? '', REPLY_LIMIT),
    };
    const reading = dialect.readProbe?.(reply) ?? dialect.read(reply);
    return {
      kind: 'answered',
      status: response.statusCode,
      reading,
      page: /^\s*<(?:!doctype|html|\?xml|script|head|body|meta)/i.test(reading.text),
      location: header('location'),
      date: readHttpDate(header('date') ?? ''),
      asked,
      answered,
    };
  } catch (error) {
    return { kind: 'failed', error };
  } finally {
    await dispatcher.destroy();
  }
}

async function beginning(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= REPLY_LIMIT) break;
  }
  return Buffer.concat(chunks);
}

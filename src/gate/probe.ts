import { request } from 'undici';
import { decompress } from './decompress.ts';
import { openConnections } from './dispatcher.ts';
import { REPLY_LIMIT } from './exchange.ts';
import { readBody } from './reply-body.ts';
import { serviceUrl } from './request.ts';
import { readHttpDate } from './retry-after.ts';
import type { GateSettings } from './settings.ts';

/** What a gate, or whatever stands in its place, made of an empty request. */
export type GateProbe =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The reply's `result`, undefined where it has none that can be read. */
      readonly result: string | undefined;
      readonly description: string;
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

/**
 * Posts an empty JSON object to the gate's address: by the very connection that records go, and without a signature,
 * an order number or a plate, so that no gate can take it for a record. A GET would do no harm either, but tells less:
 * many servers answer it with 404 at the right address.
 * @param version the program's, for `User-Agent`
 * @param limitMs for all of it, milliseconds
 * @throws Failure where the settings' TLS files cannot be used
 */
export async function probeGate(
  settings: GateSettings,
  version: string,
  limitMs: number,
): Promise<GateProbe> {
  const { origin, pathname } = new URL(serviceUrl(settings));
  const { serviceField, service } = settings;
  const dispatcher = openConnections(origin, { ...settings, concurrency: 1, timeout: limitMs });
  const asked = Date.now();
  try {
    const response = await request(new URL(pathname, origin), {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': `pilegate/${version}`,
        accept: 'application/json, */*',
      },
      body: JSON.stringify(serviceField === undefined ? {} : { [serviceField]: service }),
      signal: AbortSignal.timeout(limitMs),
    });
    const answered = Date.now();
    const header = (name: string) => {
      const value = response.headers[name];
      return typeof value === 'string' ? value : value?.[0];
    };
    const packed = await beginning(response.body);
    const { text, result, description } = readBody(
      await decompress(packed, header('content-encoding') ?? '', REPLY_LIMIT),
    );
    return {
      kind: 'answered',
      status: response.statusCode,
      result,
      description,
      page: /^\s*<(?:!doctype|html|\?xml|script|head|body|meta)/i.test(text),
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

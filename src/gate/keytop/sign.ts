import { hash } from 'node:crypto';

/**
 * The signature of 科拓 KeyTop's open platform: all top-level fields but `appId` and `key`, without those that are
 * null, empty text, lists or objects (zero and false take part), sorted by ASCII, joined as `name=value` with `&`,
 * then `&` and the secret itself; MD5 over UTF-8, upper-case hex. Numbers as their shortest decimal text.
 *
 * @param fields the body; names in ASCII
 */
export function keytopSign(fields: Readonly<Record<string, unknown>>, secret: string): string {
  return hash('md5', `${keytopSignedText(fields)}&${secret}`, 'hex').toUpperCase();
}

/** What is signed, without the secret: for explanations. */
export function keytopSignedText(fields: Readonly<Record<string, unknown>>): string {
  return Object.keys(fields)
    .filter((name) => name !== 'appId' && name !== 'key' && takesPart(fields[name]))
    .sort()
    .map((name) => `${name}=${String(fields[name])}`)
    .join('&');
}

function takesPart(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : typeof value === 'number' || typeof value === 'boolean';
}

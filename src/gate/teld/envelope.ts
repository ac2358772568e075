import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { BEIJING } from '../wire-values.ts';

/** The three secrets of the T/CEC 102 envelope, 16 characters each. */
export interface EnvelopeSecrets {
  /** The AES key. */
  readonly data: string;
  /** The AES initialisation vector. */
  readonly iv: string;
  /** The HMAC key. */
  readonly sig: string;
}

/** AES-128-CBC with PKCS#7 over UTF-8, as Base64. @throws RangeError where key or vector is not 16 bytes */
export function encrypt(plain: string, { data, iv }: EnvelopeSecrets): string {
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(data), Buffer.from(iv));
  return Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
}

/** What {@link encrypt} made; undefined where it is no such text or the secrets are others. Never throws. */
export function decrypt(text: string, { data, iv }: EnvelopeSecrets): string | undefined {
  const packed = text.replace(/\s+/g, '');
  if (packed === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined;
  try {
    const decipher = createDecipheriv('aes-128-cbc', Buffer.from(data), Buffer.from(iv));
    const plain = Buffer.concat([decipher.update(Buffer.from(packed, 'base64')), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    return undefined;
  }
}

/** Upper-case hex HMAC-MD5 over the parts joined without anything between. */
export function sig(parts: readonly string[], { sig: secret }: EnvelopeSecrets): string {
  return createHmac('md5', secret).update(parts.join('')).digest('hex').toUpperCase();
}

/**
 * Counts `Seq`: 0001 in every new second and up within it. After 9999 in one second, or where the clock is set back,
 * it goes on counting in the last second it gave out, and into the next one: no pair of `TimeStamp` and `Seq` is ever
 * given twice by one counter.
 */
export class Sequence {
  #second = Number.NEGATIVE_INFINITY;
  #seq = 0;

  /** @param now the wall clock, epoch milliseconds */
  next(now: number): { readonly timeStamp: string; readonly seq: string } {
    const second = Math.floor(now / 1000);
    if (second > this.#second) {
      this.#second = second;
      this.#seq = 0;
    } else if (this.#seq === 9999) {
      this.#second += 1;
      this.#seq = 0;
    }
    this.#seq += 1;
    return {
      timeStamp: BEIJING.local(this.#second * 1000).replace(/\D/g, ''),
      seq: String(this.#seq).padStart(4, '0'),
    };
  }
}

/** A request's body: the plain text encrypted, stamped and signed. */
export function envelope(
  operatorId: string,
  plain: string,
  { timeStamp, seq }: ReturnType<Sequence['next']>,
  secrets: EnvelopeSecrets,
): Buffer {
  const data = encrypt(plain, secrets);
  return Buffer.from(
    JSON.stringify({
      OperatorID: operatorId,
      Data: data,
      TimeStamp: timeStamp,
      Seq: seq,
      Sig: sig([operatorId, data, timeStamp, seq], secrets),
    }),
  );
}

import { hash } from 'node:crypto';

/**
 * The signature of 泊链 bolink: upper-case hex MD5 over the UTF-8 of the text of `data` exactly as it stands in the
 * envelope, `key=` and the lot's secret, nothing between them. Nothing is sorted: the text is the input.
 */
export function bolinkSign(data: string, secret: string): string {
  return hash('md5', `${data}key=${secret}`, 'hex').toUpperCase();
}

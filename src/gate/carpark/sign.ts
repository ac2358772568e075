import { hash } from 'node:crypto';

/**
 * The signature of the gate interface, section 2.1: all parameters but `sign`, those without a value out, in
 * the byte order of their names, joined as `k=v` with `&`, then `&key=` and the key; MD5 over the UTF-8 bytes,
 * upper-case hex.
 */

/** The receivers' differences in signing. */
export interface SignOptions {
  /** Takes fields without a value in (as `k=`); one real receiver wants that. Default false, as the document says. */
  readonly signEmptyFields?: boolean;
}

/** What the signature is computed from: names and the very strings that travel. A `sign` among them is left out. */
export type SignedParams = Readonly<Record<string, string>>;

/** @returns the signature, 32 upper-case hex digits */
export function sign(params: SignedParams, key: string, options: SignOptions = {}): string {
  return hash('md5', stringToHash(join(params, options), key), 'hex').toUpperCase();
}

/** Whether `params` carry the right `sign`; false where they carry none or it is in lower case. */
export function verify(params: SignedParams, key: string, options: SignOptions = {}): boolean {
  return params['sign'] === sign(params, key, options);
}

/** @returns the string that is hashed, with `***` in the key's place */
export function explain(params: SignedParams, options: SignOptions = {}): string {
  return stringToHash(join(params, options), '***');
}

/** @returns `names` in the order of their UTF-8 bytes, which is what "ASCII order" means beyond ASCII */
function inByteOrder(names: readonly string[]): string[] {
  const sorted = names.toSorted();
  // JavaScript's own order, by UTF-16 units, differs only where surrogate pairs are involved.
  if (!sorted.some((name) => /[\ud800-\udfff]/.test(name))) return sorted;
  return sorted.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function join(params: SignedParams, { signEmptyFields = false }: SignOptions): string {
  let joined = '';
  for (const name of inByteOrder(Object.keys(params))) {
    const value = params[name] ?? '';
    if (name === 'sign' || (value === '' && !signEmptyFields)) continue;
    joined += `${joined === '' ? '' : '&'}${name}=${value}`;
  }
  return joined;
}

function stringToHash(joined: string, key: string): string {
  return `${joined}&key=${key}`;
}

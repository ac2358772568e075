import { readFileSync } from 'node:fs';

/** When these sources were released: no running pilegate can meet an earlier date. To be moved with each release. */
const RELEASED = '2026-11-24';

const { version, buildDate } = readPackage();

/** This program's version, of its package.json. */
export const VERSION: string = version;

/**
 * Epoch milliseconds before which the wall clock cannot be right: the day this program was built (`buildDate`, an
 * ISO date that packaging writes into package.json) or, in a checkout, released.
 */
export const BUILD_DATE: number = Date.parse(buildDate ?? RELEASED);

function readPackage(): { version: string; buildDate?: string } {
  // The same way up from `src/` and from `dist/`.
  const value: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const text = (name: string): string | undefined => {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return typeof found === 'string' ? found : undefined;
  };
  const date = text('buildDate');
  return { version: text('version') ?? '0.0.0', ...(date === undefined ? {} : { buildDate: date }) };
}

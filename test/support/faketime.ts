import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The library that fakes the clock of a program of several threads (Debian's faketime); undefined where there is none. */
export function faketimeLibrary(): string | undefined {
  for (const folder of ['/usr/lib', '/usr/lib64', '/usr/local/lib'])
    for (const name of existsSync(folder) ? ['', ...readdirSync(folder)] : []) {
      const library = join(folder, name, 'faketime', 'libfaketimeMT.so.1');
      if (existsSync(library)) return library;
    }
  return undefined;
}

/** What lets a program's wall clock follow a file, while its monotonic clock goes on. */
export function faketimeEnv(library: string, clockFile: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clockFile,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** Sets the clock of the programs that follow the file. @param offset seconds before or after the right time */
export function setFakeClock(clockFile: string, offset: number): void {
  writeFileSync(`${clockFile}.new`, `${offset < 0 ? '' : '+'}${offset}\n`);
  renameSync(`${clockFile}.new`, clockFile);
}

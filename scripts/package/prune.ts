import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What no program reads at run time; licences stay. */
const NEEDLESS =
  /\.(md|markdown|map|ts|mts|cts|tsx|flow|html|css|yml|yaml|gyp|gypi|tgz|c|cc|cpp|h|hpp|txt)$/i;
const NEEDLESS_FOLDERS = new Set([
  'test',
  'tests',
  '__tests__',
  '__test__',
  'example',
  'examples',
  'doc',
  'docs',
  'benchmark',
  'benchmarks',
  'bench',
  '.github',
  'man',
  'coverage',
]);
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** Folders of packages that only builds or browsers read. */
const NEEDLESS_PARTS = [
  'better-sqlite3/deps',
  'better-sqlite3/src',
  'mqtt/dist',
  'jsonata/jsonata-es5.js',
  'jsonata/jsonata-es5.min.js',
  'jsonata/jsonata.min.js',
  'luxon/build/amd',
  'luxon/build/es6',
  'luxon/build/global',
  'luxon/src',
  'zod/src',
  'undici/types',
];

/**
 * Leaves of `node_modules` only what runs on one platform.
 * @param platform as in the names of prebuilt files, such as `linux-x64`
 */
export function pruneModules(modules: string, platform: string): void {
  rmSync(join(modules, '.bin'), { recursive: true, force: true });
  rmSync(join(modules, '.package-lock.json'), { force: true });
  for (const part of NEEDLESS_PARTS) rmSync(join(modules, part), { recursive: true, force: true });
  walk(modules, (path, name, isFolder) => {
    if (isFolder) return NEEDLESS_FOLDERS.has(name) && !path.includes('/node_modules/luxon/build');
    if (name.endsWith('.node'))
      return (
        /(darwin|win32|linux|freebsd|musl)/.test(name) &&
        name !== `${platform}.node` &&
        !path.includes(`${platform}-gnu`)
      );
    return NEEDLESS.test(name) && !LICENCE.test(name);
  });
}

function walk(folder: string, goes: (path: string, name: string, isFolder: boolean) => boolean): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isFolder = statSync(path).isDirectory();
    if (goes(path, name, isFolder)) rmSync(path, { recursive: true });
    else if (isFolder) walk(path, goes);
  }
}

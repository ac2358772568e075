import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What no program reads at run time; licences stay. */
const NEEDLESS =
  /\.(md|markdown|map|ts|mts|cts|tsx|flow|html|css|yml|yaml|gyp|gypi|tgz|c|cc|cpp|h|hpp|txt|tsbuildinfo|sh)$|^(test|benchmark|example)\.[cm]?js$/i;
/** At the top of a package only: deeper, such a name may be a part of the program. */
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
  'man',
  'coverage',
]);
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** Folders and files of packages that only builds, browsers or command lines of their own read. */
const NEEDLESS_PARTS = [
  '@types',
  'better-sqlite3/deps',
  'better-sqlite3/src',
  'jsonata/jsonata-es5.js',
  'jsonata/jsonata-es5.min.js',
  'jsonata/jsonata.min.js',
  'mqtt/build/bin',
  'mqtt/dist',
  'node-addon-api',
  'pino/bin.js',
  'undici-types',
  'undici/types',
  'yaml/bin.mjs',
  'zod/src',
];

/**
 * Leaves of `node_modules` only what runs on one platform, and nothing that can be started by itself.
 * @param platform as in the names of prebuilt files, such as `linux-x64`
 */
export function pruneModules(modules: string, platform: string): void {
  rmSync(join(modules, '.bin'), { recursive: true, force: true });
  for (const part of NEEDLESS_PARTS) rmSync(join(modules, part), { recursive: true, force: true });
  walk(modules, (path, name, isFolder) => {
    if (name.startsWith('.')) return true;
    if (isFolder) return NEEDLESS_FOLDERS.has(name) && existsSync(join(dirname(path), 'package.json'));
    if (name.endsWith('.node')) return name !== `${platform}.node`;
    return NEEDLESS.test(name) && !LICENCE.test(name);
  });
}

function walk(folder: string, goes: (path: string, name: string, isFolder: boolean) => boolean): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isFolder = statSync(path).isDirectory();
    if (goes(path, name, isFolder)) rmSync(path, { recursive: true });
    else if (isFolder) walk(path, goes);
    else chmodSync(path, 0o644);
  }
}

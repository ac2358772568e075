import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ALLOCATOR, NODE_FLAGS } from './limits.ts';
import { buildSqlite, type Cpu } from './native.ts';
import { pruneModules } from './prune.ts';
import { run } from './run.ts';

/** One kind of box. */
export interface Target {
  /** Debian's name of the processor. */
  readonly arch: 'amd64' | 'arm64';
  /** Node's name of it. */
  readonly cpu: Cpu;
}

/** What is packed. */
export interface Release {
  /** The checkout. */
  readonly root: string;
  readonly version: string;
  /** Seconds since 1970: the commit's time, and so the build date. */
  readonly time: number;
  /** Another node binary than the pinned one, where wanted. */
  readonly node?: string | undefined;
  /** Take SQLite's module as better-sqlite3 ships it, which wants glibc 2.34, rather than build it for 2.28. */
  readonly prebuilt?: boolean | undefined;
  /** Which key of gpg's signs the archive, where one does. */
  readonly key?: string | undefined;
}

const WRAPPER = `#!/bin/sh
# For a box with 512 MB: the heap is bounded, its young part kept small, and what is freed goes back to the system.
export ${Object.entries(ALLOCATOR)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')}
set -- /usr/lib/pilegate/bin/node ${NODE_FLAGS.join(' ')} /usr/lib/pilegate/dist/main.js "$@"
[ -z "$NOTIFY_SOCKET" ] || exec /usr/lib/pilegate/with-notify-fd "$@"
exec "$@"
`;

/** Lays the files below `tree` as they will lie on the box. Gives what it is made of. */
export function stage(release: Release, target: Target, tree: string): Component[] {
  const home = join(tree, 'usr/lib/pilegate');
  mkdirSync(join(home, 'bin'), { recursive: true });
  run('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', join(home, 'dist')], { cwd: release.root });
  installModules(release, target, home);
  put(
    join(home, 'package.json'),
    `${JSON.stringify({ name: 'pilegate', version: release.version, type: 'module', private: true, buildDate: new Date(release.time * 1000).toISOString().slice(0, 10) })}\n`,
  );
  proveComplete(join(home, 'dist'));
  put(join(tree, 'usr/bin/pilegate'), WRAPPER, 0o755);
  for (const script of ['restart-delay', 'older-systemd', 'older-credentials'])
    copy(release, `systemd/${script}`, join(home, script), 0o755);
  copy(release, 'systemd/older-systemd.conf', join(home, 'older-systemd.conf'));
  copy(release, 'systemd/with-notify-fd', join(home, 'with-notify-fd'), 0o755);
  copy(release, 'systemd/pilegate.service', join(tree, 'lib/systemd/system/pilegate.service'));
  copy(release, 'systemd/config.yaml', join(tree, 'etc/pilegate/config.yaml'));
  copy(release, 'config.example.yaml', join(tree, 'usr/share/doc/pilegate/examples/config.example.yaml'));
  for (const [from, to] of MANUALS) copy(release, from, join(tree, to));
  const man = gzipSync(readFileSync(join(release.root, 'docs/generated/pilegate.1')), { level: 9 });
  put(join(tree, 'usr/share/man/man1/pilegate.1.gz'), man);
  return [runtimeOf(home), ...packagesOf(join(home, 'node_modules')).toSorted(byName)];
}

/** Made from the commands themselves by `npm run docs`. */
const MANUALS: readonly [string, string][] = [
  ['docs/generated/pilegate.bash', 'usr/share/bash-completion/completions/pilegate'],
  ['docs/generated/_pilegate', 'usr/share/zsh/vendor-completions/_pilegate'],
  ['docs/generated/config.schema.json', 'usr/share/doc/pilegate/config.schema.json'],
  ['docs/generated/asyncapi.yaml', 'usr/share/doc/pilegate/asyncapi.yaml'],
  ['docs/generated/openapi.yaml', 'usr/share/doc/pilegate/openapi.yaml'],
];

/** A part of the package, for the SBOM and the list of licences. */
export interface Component {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** The texts of its licence files, joined. */
  readonly text: string;
  /** SHA-256 of its one binary, for the runtime. */
  readonly sha256?: string;
}

function installModules({ root, node, prebuilt }: Release, { cpu }: Target, home: string): void {
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(root, file), join(home, file));
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--os=linux', `--cpu=${cpu}`, '--libc=glibc'], {
    cwd: home,
  });
  const binary = join(home, 'node_modules', `node-linux-${cpu}`, 'bin/node');
  cpSync(node ?? binary, join(home, 'bin/node'));
  chmodSync(join(home, 'bin/node'), 0o755);
  cpSync(join(home, 'node_modules', `node-linux-${cpu}`, 'LICENSE'), join(home, 'bin/LICENSE'));
  const runtime = readPackage(join(home, 'node_modules', `node-linux-${cpu}`));
  put(join(home, 'bin/VERSION'), `${node === undefined ? runtime.version : 'given by --node'}\n`);
  for (const name of readdirSync(join(home, 'node_modules')))
    if (/^node-(linux|bin)/.test(name)) rmSync(join(home, 'node_modules', name), { recursive: true });
  rmSync(join(home, 'package-lock.json'));
  rmSync(join(home, '.npmrc'));
  if (!prebuilt) {
    const module = buildSqlite(join(root, 'node_modules'), cpu);
    cpSync(module, join(home, 'node_modules/better-sqlite3/prebuilds', `linux-${cpu}.node`));
  }
  pruneModules(join(home, 'node_modules'), `linux-${cpu}`);
}

/** Loads every module but the one that starts the program: whatever was taken away too much is missed here. */
function proveComplete(dist: string): void {
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && name !== 'main.js')
    .map((name) => pathToFileURL(join(dist, name)).href);
  const load = `for (const module of ${JSON.stringify(modules)}) await import(module); process.exit()`;
  run(process.execPath, ['--input-type=module', '--eval', load]);
}

function runtimeOf(home: string): Component {
  const file = (name: string) => readFileSync(join(home, 'bin', name));
  const sha256 = createHash('sha256').update(file('node')).digest('hex');
  return {
    name: 'node',
    version: file('VERSION').toString().trim(),
    licence: 'MIT',
    text: file('LICENSE').toString(),
    sha256,
  };
}

function packagesOf(modules: string): Component[] {
  return readdirSync(modules).flatMap((name) => {
    const folder = join(modules, name);
    if (name.startsWith('@')) return packagesOf(folder);
    const nested = join(folder, 'node_modules');
    return [readPackage(folder), ...(existsSync(nested) ? packagesOf(nested) : [])];
  });
}

function byName(a: Component, b: Component): number {
  return a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1;
}

function readPackage(folder: string): Component {
  const value: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = (name: string): string => {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return typeof found === 'string' ? found : '';
  };
  const licences = readdirSync(folder).filter(
    (name) => /^(licen[cs]e|copying|notice)/i.test(name) && statSync(join(folder, name)).isFile(),
  );
  return {
    name: text('name'),
    version: text('version'),
    licence: text('license') || 'see its text',
    text: licences.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n'),
  };
}

/** Writes a file of the tree, with its folders. */
export function put(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

function copy({ root }: Release, from: string, to: string, mode = 0o644): void {
  put(to, readFileSync(join(root, from), 'utf8'), mode);
}

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

/**
 * SQLite's module, built for the C library of 2018. The one that better-sqlite3 ships wants glibc 2.34 (Debian 12,
 * Ubuntu 22.04), though Node itself is content with 2.28, which Ubuntu 20.04, Debian 11, Kylin V10, UOS 20 and
 * openEuler 20.03 have. It is compiled by Debian 11's compiler against Debian 11's C library; the four functions
 * that got a newer version in 2.29 are bound to their older one.
 */

/** Node's name of a processor that packages are made for. */
export type Cpu = 'x64' | 'arm64';

/** The newest version of the C library that any file of the package may ask for. */
export const GLIBC = '2.28';

const SUITE = 'bullseye';
const COMPILERS = {
  x64: { prefix: 'x86_64-linux-gnu-', packages: ['gcc-10', 'g++-10'], oldest: 'GLIBC_2.2.5' },
  arm64: {
    prefix: 'aarch64-linux-gnu-',
    packages: ['gcc-10-aarch64-linux-gnu', 'g++-10-aarch64-linux-gnu'],
    oldest: 'GLIBC_2.17',
  },
} as const;

/** Their errors are reported differently since 2.29, which SQLite does not ask for: the older version does as well. */
const NEWER_IN_2_29 = ['exp', 'log', 'log2', 'pow'];

/** As binding.gyp of better-sqlite3 has them, less link-time optimisation: `.symver` does not survive it. */
const C_FLAGS = ['-w', '-O3', '-fPIC', '-DNDEBUG'];
const CXX_FLAGS = [
  ...C_FLAGS,
  '-std=c++20',
  '-fvisibility=hidden',
  '-fvisibility-inlines-hidden',
  '-fno-exceptions',
  '-DNAPI_VERSION=10',
  '-DNAPI_DISABLE_CPP_EXCEPTIONS',
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  '-DNODE_GYP_MODULE_NAME=better_sqlite3',
];
const LINK_FLAGS = [
  '-shared',
  '-static-libstdc++',
  '-static-libgcc',
  '-Wl,-Bsymbolic',
  '-Wl,--exclude-libs,ALL',
  '-Wl,--strip-all',
];

/**
 * Builds the module, or takes it from an earlier build of the same sources. Wants root on a Debian machine, whose
 * own mirror must still have Debian 11; takes about a minute.
 * @param modules the checkout's `node_modules`, with better-sqlite3, node-addon-api and node-api-headers
 * @returns the module's file
 * @throws where the compiler's system cannot be laid down, or the module asks for a newer C library than {@link GLIBC}
 */
export function buildSqlite(modules: string, cpu: Cpu): string {
  const sources = join(modules, 'better-sqlite3');
  const defines = definesOf(readFileSync(join(sources, 'deps/defines.gypi'), 'utf8'));
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pilegate-native');
  const parts: readonly [string, string][] = [
    [join(sources, 'src'), 'src'],
    [join(sources, 'deps/sqlite3'), 'sqlite3'],
    [join(modules, 'node-addon-api'), 'node-addon-api'],
    [join(modules, 'node-api-headers/include'), 'node-api'],
  ];
  const recipe = JSON.stringify([SUITE, COMPILERS[cpu], C_FLAGS, CXX_FLAGS, LINK_FLAGS, defines]);
  const built = join(cache, fingerprint(recipe, parts), `linux-${cpu}.node`);
  if (existsSync(built)) return built;

  const system = compilerSystem(cache, cpu);
  const work = mkdtempSync(join(system, 'build-'));
  try {
    for (const [from, to] of parts) cpSync(from, join(work, to), { recursive: true });
    compile(system, work, cpu, defines);
    const module = join(work, 'module.node');
    const asked = glibcOf(module);
    if (newer(asked, GLIBC)) throw new Error(`the module for ${cpu} asks for glibc ${asked}, not ${GLIBC}`);
    mkdirSync(join(built, '..'), { recursive: true });
    // Another build of the same may be under way: whole or not at all.
    cpSync(module, `${built}.${process.pid}`);
    renameSync(`${built}.${process.pid}`, built);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return built;
}

/** The newest version of glibc that an ELF file asks for, such as `2.28`; `0` where it asks for none. Wants binutils. */
export function glibcOf(file: string): string {
  const versions = run('readelf', ['--version-info', '--wide', file]).matchAll(/Name: GLIBC_([\d.]+)/g);
  return [...versions].map(([, version = '0']) => version).reduce((a, b) => (newer(b, a) ? b : a), '0');
}

/** Whether version `a` is newer than `b`: both `major.minor…`. */
export function newer(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) > 0;
}

function compile(system: string, work: string, cpu: Cpu, defines: readonly string[]): void {
  const { prefix, oldest } = COMPILERS[cpu];
  const inside = work.slice(system.length);
  const at = (name: string) => join(inside, name);
  const compiler = (name: string, args: readonly string[]) =>
    run('chroot', [system, `/usr/bin/${prefix}${name}-10`, ...args], {
      env: { PATH: '/usr/sbin:/usr/bin', LC_ALL: 'C' },
    });
  const symver = NEWER_IN_2_29.map((name) => `__asm__(".symver ${name}, ${name}@${oldest}");\n`).join('');
  writeFileSync(join(work, 'older.h'), symver);
  const older = ['-include', at('older.h')];
  const sqlite = at('sqlite3');
  compiler('gcc', [...C_FLAGS, ...defines, ...older, '-c', join(sqlite, 'sqlite3.c'), '-o', at('sqlite3.o')]);
  const headers = [at('node-api'), at('node-addon-api'), sqlite].map((folder) => `-I${folder}`);
  const source = at('src/better_sqlite3.cpp');
  compiler('g++', [...CXX_FLAGS, ...headers, ...older, '-c', source, '-o', at('module.o')]);
  const objects = [at('module.o'), at('sqlite3.o')];
  compiler('g++', [...LINK_FLAGS, ...objects, '-ldl', '-lpthread', '-lm', '-o', at('module.node')]);
}

/** Debian 11 with nothing but a compiler for the processor: unpacked, not configured; kept for the next build. */
function compilerSystem(cache: string, cpu: Cpu): string {
  const system = join(cache, `${SUITE}-${cpu}`);
  if (existsSync(system)) return system;
  if (process.getuid?.() !== 0)
    throw new Error('building SQLite for glibc 2.28 wants root on Debian (or --prebuilt: glibc 2.34)');
  mkdirSync(cache, { recursive: true });
  const laying = `${system}.${process.pid}`;
  const packages = COMPILERS[cpu].packages.join(',');
  try {
    run('mmdebstrap', ['--quiet', '--variant=extract', `--include=${packages}`, SUITE, laying, mirror()]);
    if (!existsSync(system)) renameSync(laying, system);
  } catch (cause) {
    throw new Error(
      `no compiler of Debian 11 to be had: apt-get install mmdebstrap, or --prebuilt: glibc 2.34`,
      {
        cause,
      },
    );
  } finally {
    rmSync(laying, { recursive: true, force: true });
  }
  return system;
}

/** Where this machine itself installs from, which has the older releases beside its own. */
export function mirror(): string {
  const format = '$(REPO_URI)\t$(COMPONENT)';
  const lines = run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']).split('\n');
  const uri = lines.find((line) => line.endsWith('\tmain') && !/security/.test(line))?.split('\t')[0];
  if (uri === undefined) throw new Error('apt has no source here: is this Debian?');
  return `deb ${uri} ${SUITE} main`;
}

function definesOf(gypi: string): string[] {
  const list = /'defines':\s*\[([^\]]*)\]/.exec(gypi)?.[1] ?? '';
  const defines = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => `-D${name}`);
  if (defines.length < 20)
    throw new Error('deps/defines.gypi of better-sqlite3 has another form than it had');
  return defines;
}

function fingerprint(recipe: string, parts: readonly [string, string][]): string {
  const hash = createHash('sha256').update(recipe);
  for (const [folder, name] of parts)
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted())
      if (/\.(c|cpp|h|lzz)$/.test(file))
        hash.update(`${name}/${file}`).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

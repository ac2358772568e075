import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { GLIBC, glibcOf, newer } from '../../scripts/package/native.ts';
import { cacheDir, run } from './host.ts';

const box = inject('box');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What only builds, tests and editors read. */
const NEEDLESS =
  /\.(?:map|tsx?|[cm]ts|tsbuildinfo)$|(?:^|\/)(?:tests?|__tests__|coverage|\.git|\.github|\.cache)\/|\.test\./;
/** Names under which keys and passwords lie about. */
const SECRET_NAME = /(?:^|\/)(?:\.env|\.npmrc|id_[a-z0-9]+|[^/]*\.(?:key|pem|p12|pfx|password|db))$/;
const SECRET = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}|_authToken|AKIA[A-Z0-9]{16}/;

/** Every file below a folder, by its path from there. */
function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
}

describe.skipIf(box === undefined)('what is published', () => {
  const dir = mkdtempSync(join(cacheDir(), 'contents-'));
  const trees = { deb: join(dir, 'deb'), tarball: join(dir, 'tarball') };

  beforeAll(async () => {
    if (box === undefined) throw new Error('no box');
    await run('dpkg-deb', '--raw-extract', box.packages.deb, trees.deb);
    mkdirSync(trees.tarball);
    await run('tar', '--extract', '--file', box.packages.tarball, '--directory', trees.tarball);
    // install.sh unpacks the rest on the box.
    const [data = ''] = filesIn(trees.tarball).filter((file) => file.endsWith('/data.tar.xz'));
    await run('tar', '--extract', '--file', join(trees.tarball, data), '--directory', trees.tarball);
    rmSync(join(trees.tarball, data));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each(['deb', 'tarball'] as const)(
    'in the %s is the program, and nothing that only its makers need',
    (kind) => {
      const files = filesIn(trees[kind]);
      expect(files.filter((file) => file.endsWith('usr/lib/pilegate/dist/main.js'))).toHaveLength(1);
      expect(files.filter((file) => NEEDLESS.test(file))).toEqual([]);
      expect(files.filter((file) => SECRET_NAME.test(file))).toEqual([]);
    },
  );

  it.each(['deb', 'tarball'] as const)(
    'in the %s nothing asks for a newer C library than it says',
    (kind) => {
      const programs = filesIn(trees[kind]).filter((file) => /\/bin\/node$|\.node$/.test(file));
      expect(programs).toHaveLength(2);
      const asked = programs.map((file) => glibcOf(join(trees[kind], file)));
      expect(asked.filter((version) => newer(version, GLIBC))).toEqual([]);
      expect(asked).toContain(GLIBC);
    },
  );

  it.each(['deb', 'tarball'] as const)('in the %s no text tells a secret, or where it was built', (kind) => {
    const texts = filesIn(trees[kind]).filter((file) => !/\/bin\/node$|\.(?:node|gz)$/.test(file));
    expect(texts.length).toBeGreaterThan(200);
    const told = texts.filter((file) => {
      const text = readFileSync(join(trees[kind], file), 'utf8');
      const mapped = file.includes('/pilegate/dist/') && text.includes('sourceMappingURL');
      return mapped || SECRET.test(text) || text.includes(ROOT) || text.includes(`${homedir()}/`);
    });
    expect(told).toEqual([]);
  });
});

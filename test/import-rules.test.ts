import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importRules, ROOMS, RULES_FILE, roomsOfSource } from '../scripts/import-rules.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Sources that break a rule, by the path they would stand at. */
const REFUSED: readonly [what: string, path: string, source: string, rule: string][] = [
  ['a value from a room above', 'src/domain/a.ts', "export { a } from '../cli/x.ts';", 'noRestrictedImports'],
  [
    'a type from a room above',
    'src/delivery/a.ts',
    "export type { A } from '../web/x.ts';",
    'noRestrictedImports',
  ],
  [
    'a type from a room beside',
    'src/mapping/a.ts',
    "import type { A } from '../outbox/x.ts';\nexport type B = A;",
    'noRestrictedImports',
  ],
  [
    'a type from above, in a sub-folder',
    'src/intake/mqtt/a.ts',
    "import type { A } from '../../daemon/x.ts';\nexport type B = A;",
    'noRestrictedImports',
  ],
  [
    'a room above, loaded on demand',
    'src/outbox/a.ts',
    "export const a = () => import('../cli/x.ts');",
    'noRestrictedImports',
  ],
  ['a package of another room', 'src/gate/a.ts', "export { connect } from 'mqtt';", 'noRestrictedImports'],
  [
    'a circle of types inside a room',
    'src/ops/a.ts',
    "import type { B } from './b.ts';\nexport type A = B | 1;",
    'noImportCycles',
  ],
];
const ALLOWED: readonly [path: string, source: string][] = [
  ['src/ops/b.ts', "import type { A } from './a.ts';\nexport type B = A | 2;"],
  ['src/gate/b.ts', "export { a } from '../net/x.ts';"],
  ['src/cli/b.ts', "export { a } from '../daemon/x.ts';"],
];

describe('the import rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
  let report: unknown;

  beforeAll(async () => {
    for (const file of ['biome.json', 'import-rules.json']) cpSync(join(ROOT, file), join(folder, file));
    for (const [path, source] of [
      ...REFUSED.map(([, path, source]) => [path, source] as const),
      ...ALLOWED,
    ]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${source}\n`);
    }
    const biome = join(ROOT, 'node_modules/.bin/biome');
    const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', 'src'];
    report = await new Promise((resolve) =>
      execFile(biome, args, { cwd: folder, timeout: 20_000 }, (_, stdout) => resolve(JSON.parse(stdout))),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are what the table says (else: npm run import-rules)', () => {
    expect(readFileSync(RULES_FILE, 'utf8')).toBe(importRules());
  });

  test('know every folder of src', () => {
    expect(Object.keys(ROOMS).toSorted()).toEqual(roomsOfSource().toSorted());
  });

  test('let a room import only rooms that stand before it, so that there is no circle', () => {
    const rooms = Object.keys(ROOMS);
    for (const [room, allowed] of Object.entries(ROOMS))
      for (const other of allowed)
        expect(rooms.indexOf(other), `${room} imports ${other}`).toBeLessThan(rooms.indexOf(room));
  });

  test.each(REFUSED)('refuse %s', (_, path, _source, rule) => {
    expect(rulesBrokenAt(path)).toContain(rule);
  });

  test('let a room import what the table allows', () => {
    expect(rulesBrokenAt('src/gate/b.ts')).toEqual([]);
    expect(rulesBrokenAt('src/cli/b.ts')).toEqual([]);
  });

  function rulesBrokenAt(path: string): string[] {
    const { diagnostics } = report as { diagnostics: { category: string; location: { path: unknown } }[] };
    return diagnostics
      .filter(({ location }) => JSON.stringify(location.path).includes(path))
      .map(({ category }) => category.split('/').at(-1) ?? '')
      .filter((rule) => rule === 'noRestrictedImports' || rule === 'noImportCycles');
  }
});

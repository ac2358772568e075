/**
 * `npm run mutation [-- ROOM…]`: do the tests notice when the rules are changed? Each room by the tests that its
 * `vitest.mutation.config.ts` names; exits 1 where fewer than 85 of 100 changes are noticed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

const ROOMS = ['domain', 'gate', 'mapping', 'delivery'];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((room) => !ROOMS.includes(room));
if (unknown.length > 0) {
  console.error(`no room ${unknown.join(', ')} here: ${ROOMS.join(', ')}`);
  process.exit(2);
}

let failed = false;
for (const room of chosen.length > 0 ? chosen : ROOMS) {
  mkdirSync('reports', { recursive: true });
  const file = `reports/stryker-${room}.json`;
  writeFileSync(file, JSON.stringify(configOf(room)));
  const { status } = spawnSync('npx', ['stryker', 'run', file], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);

function configOf(room: string): object {
  return {
    mutate: [`src/${room}/**/*.ts`],
    testRunner: 'vitest',
    vitest: { configFile: `test/${room}/vitest.mutation.config.ts` },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 5_000,
    ignoreStatic: true,
    ignorePatterns: ['/build', '/coverage', '/docs', '/reports', '/systemd', '/.ci'],
    reporters: ['clear-text', 'json'],
    jsonReporter: { fileName: `reports/mutation-${room}.json` },
    clearTextReporter: { reportTests: false, logTests: false, reportMutants: false },
    thresholds: { high: 95, low: 90, break: 85 },
    allowEmpty: false,
    checkers: [],
    tsconfigFile:
      'none: TypeScript 7 has not the API that rewriting tsconfig.json takes, and nothing needs it rewritten',
  };
}

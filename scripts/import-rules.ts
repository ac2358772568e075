/**
 * The import matrix, written once: which room of `src` may import which, and which package lives where.
 * `npm run import-rules` writes it as Biome's overrides into `import-rules.json`, which `biome.json` extends;
 * test/import-rules.test.ts fails where that file is not what this table says, and where the table has a circle.
 * Biome checks type-only imports like all others.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The rooms of `src`, bottom first, and the rooms that each may import besides itself: only rooms above it in this table. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  net: ['domain'],
  i18n: ['domain'],
  files: ['domain'],
  // What they throw is shown as it is: the messages are the reasons in English.
  config: ['domain', 'i18n'],
  ops: ['domain', 'files'],
  mapping: ['domain'],
  outbox: ['domain', 'i18n', 'files'],
  delivery: ['domain'],
  gate: ['domain', 'net', 'i18n'],
  intake: ['domain', 'net', 'i18n'],
  alerts: ['domain'],
  uplink: ['domain'],
  fleet: ['domain'],
  // Its gate checks the signatures that ours makes.
  simulator: ['domain', 'gate'],
  web: ['domain', 'i18n', 'config', 'ops', 'outbox', 'delivery'],
  daemon: [
    ...['domain', 'net', 'config', 'ops', 'mapping', 'outbox', 'delivery', 'gate', 'intake', 'i18n'],
    ...['alerts', 'uplink', 'files', 'web'],
  ],
  cli: [
    ...['domain', 'net', 'config', 'ops', 'mapping', 'outbox', 'delivery', 'gate', 'intake', 'i18n'],
    ...['alerts', 'fleet', 'simulator', 'files', 'web', 'daemon'],
  ],
};

/** The rooms that may import a package; one that is not named here may be imported anywhere. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  mqtt: ['intake', 'simulator', 'uplink', 'fleet'],
  'better-sqlite3': ['outbox'],
  'csv-parse': ['cli'],
  undici: ['gate', 'alerts'],
  'p-retry': ['delivery', 'alerts', 'uplink'],
  yaml: ['config'],
  pino: ['ops'],
  'prom-client': ['ops', 'web'],
  commander: ['cli'],
  aedes: ['simulator'],
  jsonata: ['mapping'],
  'big.js': ['domain'],
  'log-update': ['cli'],
  picocolors: ['cli', 'ops'],
  'string-width': ['cli', 'ops'],
  // Tests compare their results with it.
  luxon: [],
};

/** What `import-rules.json` has to hold. */
export function importRules(): string {
  const overrides = Object.entries(ROOMS).map(([room, allowed]) => {
    const paths = Object.fromEntries(
      Object.entries(PACKAGES)
        .filter(([, homes]) => !homes.includes(room))
        .map(([name, homes]) => [
          name,
          homes.length > 0
            ? `Only ${homes.map((home) => `src/${home}`).join(' and ')} may import ${name}.`
            : `Only tests may import ${name}.`,
        ]),
    );
    const banned = Object.keys(ROOMS).filter((other) => other !== room && !allowed.includes(other));
    const message = `src/${room} may import ${['itself', ...allowed].join(', ')} only: let it take what it needs as a parameter, by a small interface of its own or of src/domain.`;
    const patterns = banned.length > 0 ? [{ group: banned.map((other) => `**/${other}/**`), message }] : [];
    return {
      includes: [`src/${room}/**`],
      linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { paths, patterns } } } } },
    };
  });
  const schema = './node_modules/@biomejs/biome/configuration_schema.json';
  return `${JSON.stringify({ $schema: schema, overrides }, null, 2)}\n`;
}

/** The folders of `src`: each must be in the table. */
export function roomsOfSource(): string[] {
  return readdirSync(new URL('../src', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

export const RULES_FILE = fileURLToPath(new URL('../import-rules.json', import.meta.url));

if (import.meta.main) writeFileSync(RULES_FILE, importRules());

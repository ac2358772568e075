/**
 * `npm run lock`: writes package-lock.json anew after package.json was changed. Where a registry lacks the packages
 * of platforms that are not ours, npm leaves them out of the lock, and `npm ci` then refuses it; so they are put in
 * by name and version. Nobody on Linux ever fetches them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const FILE = 'package-lock.json';
const SYSTEMS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = /arm64|x64|ia32|ppc64|s390x|riscv64|loong64|wasm32|arm/;

const entry = z.looseObject({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockFile = z.looseObject({ packages: z.record(z.string(), entry) });

execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { stdio: 'inherit' });
const lock = lockFile.parse(JSON.parse(readFileSync(FILE, 'utf8')));
const packages: Record<string, object> = { ...lock.packages };
for (const [at, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (
      packages[`node_modules/${name}`] !== undefined ||
      packages[`${at}/node_modules/${name}`] !== undefined
    )
      continue;
    const os = SYSTEMS.find((system) => name.includes(system));
    const cpu = PROCESSORS.exec(name)?.[0];
    if (os === undefined || cpu === undefined || !/^\d/.test(version))
      throw new Error(`${at} wants ${name}@${version}, which is not to be had`);
    packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev ? { dev } : {}),
      optional: true,
      os: [os],
    };
    console.log(`put in: ${name}@${version}`);
  }
}
const sorted = Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: sorted }, undefined, 2)}\n`);

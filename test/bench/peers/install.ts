import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Failure } from '../../../src/domain/failure.ts';

/** The versions that are measured. */
export const VERSIONS = { 'node-red': '5.0.7', plainjob: '0.0.14', liteque: '0.8.0' } as const;

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Where the peers are installed, apart from the project's own packages. */
const HOME = join(ROOT, 'node_modules/.cache/pilegate/peers/');

/**
 * Installs the peers from the npm registry where they are not yet.
 * @throws Failure where npm cannot
 */
export async function installPeers(): Promise<void> {
  // SQLite is the one that we use: its package holds its binaries, so that no script need run.
  const { dependencies: sqlite } = z
    .object({ dependencies: z.object({ 'better-sqlite3': z.string() }) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const manifest = JSON.stringify({
    private: true,
    type: 'module',
    dependencies: { ...VERSIONS, ...sqlite },
    overrides: sqlite,
  });
  const [path, done] = [join(HOME, 'package.json'), join(HOME, 'installed.json')];
  if (existsSync(done) && readFileSync(done, 'utf8') === manifest) return;
  mkdirSync(HOME, { recursive: true });
  writeFileSync(path, manifest);
  process.stderr.write('installing the peers …\n');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  try {
    await promisify(execFile)('npm', ['install', ...flags], { cwd: HOME });
  } catch (error) {
    throw new Failure(`the peers could not be installed into ${HOME}: ${String(error)}`);
  }
  writeFileSync(done, manifest);
}

/** What one of the peers' packages exports. */
export async function fromPeers(name: string): Promise<unknown> {
  return await import(pathToFileURL(createRequire(join(HOME, 'package.json')).resolve(name)).href);
}

/** A file of one of the peers' packages. */
export function peerFile(path: string): string {
  return join(HOME, 'node_modules', path);
}

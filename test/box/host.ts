import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What this machine cannot do, in words: the box tests are then left out, not failed. */
export class Impossible extends Error {}

const execute = promisify(execFile);

/** Runs a program to its end without holding up others. Gives what it prints; throws with what it said. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return stdout;
}

/** Where root file systems are kept from one run to the next; the folder is made. */
export function cacheDir(): string {
  const dir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pilegate-box');
  mkdirSync(dir, { recursive: true });
  return dir;
}

/**
 * Installs Debian packages on this machine where their programs are missing.
 * @param wanted program → package
 * @throws Impossible where it is not root's Debian
 */
export async function need(wanted: Readonly<Record<string, string>>): Promise<void> {
  const missing = Object.entries(wanted).filter(([program]) => !has(program));
  if (process.getuid?.() !== 0) throw new Impossible('it wants root');
  if (!has('apt-get')) throw new Impossible('it wants a Debian machine (no apt-get here)');
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => execFileSync('apt-get', ['-qq', ...args], { env, stdio: 'pipe' });
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...missing.map(([, name]) => name));
  } catch (cause) {
    throw new Impossible(`cannot install ${missing.map(([, name]) => name).join(', ')}`, { cause });
  }
}

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

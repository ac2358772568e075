import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, Impossible, need, run } from './host.ts';

/** What a station's box has beside pilegate. */
export const BOX_PACKAGES = ['systemd', 'systemd-sysv', 'mosquitto', 'mosquitto-clients', 'xz-utils'];

/** Timers that would start work of their own meanwhile. */
const NOISE = ['apt-daily.timer', 'apt-daily-upgrade.timer', 'systemd-timesyncd.service'];

/** The oldest Debian whose packages are still to be had: glibc 2.31. */
export const OLDEST = 'bullseye';

/** The release that this machine itself runs. */
export function ownRelease(): string {
  return /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
}

/**
 * A Debian root folder with these packages, from this machine's own mirror; built once and then kept.
 * Nobody may write into it.
 * @param codename of the release
 * @throws Impossible where it cannot be built
 */
export async function rootFileSystem(packages: readonly string[], codename = ownRelease()): Promise<string> {
  await need({ debootstrap: 'debootstrap', unshare: 'util-linux' });
  const recipe = createHash('sha256')
    .update(JSON.stringify([codename, packages, NOISE]))
    .digest('hex');
  const root = join(cacheDir(), `root-${recipe.slice(0, 12)}`);
  if (existsSync(root)) return root;
  const building = `${root}.${process.pid}`;
  try {
    await debootstrap(codename, packages, building);
    settle(building);
    // Another run may have been faster.
    if (!existsSync(root)) renameSync(building, root);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return root;
}

async function debootstrap(codename: string, packages: readonly string[], to: string): Promise<void> {
  const mirror = await ownMirror();
  const cache = join(cacheDir(), 'debs');
  mkdirSync(cache, { recursive: true });
  const args = ['--variant=minbase', `--cache-dir=${cache}`, `--include=${packages.join(',')}`];
  try {
    // What it mounts must not outlive it, whatever ends it.
    await run('unshare', '--mount', '--propagation=private', 'debootstrap', ...args, codename, to, mirror);
  } catch (cause) {
    throw new Impossible(`debootstrap of ${codename} from ${mirror} failed`, { cause });
  }
}

/** Where this machine itself installs from; older releases lie beside its own. */
async function ownMirror(): Promise<string> {
  const codename = ownRelease();
  const format = '$(REPO_URI) $(RELEASE)';
  const targets = await run('apt-get', 'indextargets', '--format', format, 'Created-By: Packages');
  const line = targets.split('\n').find((target) => target.endsWith(` ${codename}`));
  if (line === undefined) throw new Impossible(`apt has no source for ${codename}`);
  return line.slice(0, line.lastIndexOf(' '));
}

function settle(root: string): void {
  writeFileSync(join(root, 'etc/hostname'), 'box\n');
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost box\n');
  rmSync(join(root, 'etc/resolv.conf'), { force: true });
  writeFileSync(join(root, 'etc/resolv.conf'), '');
  for (const unit of NOISE) symlinkSync('/dev/null', join(root, 'etc/systemd/system', unit));
  mkdirSync(join(root, 'var/log/journal'), { recursive: true });
}

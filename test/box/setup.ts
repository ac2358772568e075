import type { TestProject } from 'vitest/node';
import { boot } from './container.ts';
import { Impossible, need } from './host.ts';
import { buildPackages, type Packages } from './packages.ts';
import { BOX_PACKAGES, OLDEST, rootFileSystem } from './rootfs.ts';

/** What the box tests work with; `undefined` where this machine boots no container. */
export interface Box {
  readonly root: string;
  /** The root folder of the oldest system that the package is tried on. */
  readonly oldest: string;
  readonly packages: Packages;
}

declare module 'vitest' {
  interface ProvidedContext {
    box: Box | undefined;
  }
}

/**
 * Before all box tests: what they need is installed, the root file system and the packages are built, and a container
 * is booted once to see that it can be. `PILEGATE_REQUIRE_BOX=1` makes a failure of what would else be left out.
 */
export default async function setup(project: TestProject): Promise<void> {
  try {
    await need({ 'systemd-nspawn': 'systemd-container', nsenter: 'util-linux', xz: 'xz-utils', git: 'git' });
    await need({ mmdebstrap: 'mmdebstrap', readelf: 'binutils', gpg: 'gnupg' });
    const systems = async () => ({
      root: await rootFileSystem(BOX_PACKAGES),
      oldest: await rootFileSystem(BOX_PACKAGES, OLDEST),
    });
    const [{ root, oldest }, packages] = await Promise.all([systems(), buildPackages()]);
    const trial = await boot(root);
    await trial.stop();
    project.provide('box', { root, oldest, packages });
  } catch (error) {
    if (!(error instanceof Impossible) || process.env['PILEGATE_REQUIRE_BOX'] === '1') throw error;
    const cause = error.cause instanceof Error ? ` (${error.cause.message.trim().slice(0, 500)})` : '';
    process.stderr.write(`The tests on a booted box are left out: ${error.message}${cause}\n`);
    project.provide('box', undefined);
  }
}

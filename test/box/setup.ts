import type { TestProject } from 'vitest/node';
import { boot } from './container.ts';
import { Impossible, need } from './host.ts';
import { buildPackages, type Packages } from './packages.ts';
import { BOX_PACKAGES, rootFileSystem } from './rootfs.ts';

/** What the box tests work with; `undefined` where this machine boots no container. */
export interface Box {
  readonly root: string;
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
    const [root, packages] = await Promise.all([rootFileSystem(BOX_PACKAGES), buildPackages()]);
    const trial = await boot(root);
    await trial.stop();
    project.provide('box', { root, packages });
  } catch (error) {
    if (!(error instanceof Impossible) || process.env['PILEGATE_REQUIRE_BOX'] === '1') throw error;
    const cause = error.cause instanceof Error ? ` (${error.cause.message.trim().slice(0, 500)})` : '';
    process.stderr.write(`The tests on a booted box are left out: ${error.message}${cause}\n`);
    project.provide('box', undefined);
  }
}

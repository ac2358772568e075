/**
 * `npm run package [-- --arch amd64] [-- --node PATH]`: build/pilegate_VERSION_ARCH.deb and a tar.gz for boxes without
 * dpkg, both processors on any Linux machine, the same bytes from the same commit.
 */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { deb, documents, tarball } from './package/deb.ts';
import { run } from './package/run.ts';
import { type Release, stage, type Target } from './package/stage.ts';

const TARGETS: readonly Target[] = [
  { arch: 'amd64', cpu: 'x64' },
  { arch: 'arm64', cpu: 'arm64' },
];
/** What a box's uplink can be asked to fetch, bytes. */
const LARGEST = 45 * 2 ** 20;

const { values } = parseArgs({ options: { arch: { type: 'string' }, node: { type: 'string' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const release: Release = {
  root,
  version,
  time: Number(run('git', ['log', '-1', '--format=%ct'], { cwd: root })),
  node: values.node,
};
const build = join(root, 'build');
mkdirSync(build, { recursive: true });
for (const target of TARGETS) {
  if (values.arch !== undefined && values.arch !== target.arch) continue;
  const tree = join(build, `tree-${target.arch}`);
  process.stderr.write(`${target.arch}: staging …\n`);
  const { components } = stage(release, target, tree);
  documents(release, components, tree);
  for (const [file, make] of [
    [`pilegate_${version}_${target.arch}.deb`, (to: string) => deb(release, target, tree, to)],
    [`pilegate_${version}_${target.arch}.tar.gz`, (to: string) => tarball(release, tree, to)],
  ] as const) {
    const to = join(build, file);
    process.stderr.write(`${target.arch}: ${file} …\n`);
    make(to);
    const { size } = statSync(to);
    console.log(`build/${file}  ${(size / 2 ** 20).toFixed(1)} MiB`);
    if (file.endsWith('.deb') && size > LARGEST)
      throw new Error(`${file} is larger than ${LARGEST / 2 ** 20} MiB`);
  }
  rmSync(tree, { recursive: true });
}

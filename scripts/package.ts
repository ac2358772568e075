/**
 * `npm run package [-- --arch amd64 [--node PATH]]`: build/pilegate_VERSION_ARCH.deb, and a tar.gz for boxes without
 * dpkg, for both processors, as root on a Debian machine with git, tar, xz and mmdebstrap; the same bytes from the
 * same commit. `--prebuilt` builds nothing, on any Linux machine: what comes of it wants glibc 2.34 instead of 2.28.
 * `--quick` compresses less, for trials. `--sign KEY` signs what is made with a key of gpg's; `--repo DIR` puts the
 * packages into an apt repository there, which must be signed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { tarXz } from './package/archive.ts';
import { deb, documents, tarball } from './package/deb.ts';
import { sign, writeRepository } from './package/repository.ts';
import { run } from './package/run.ts';
import { type Release, stage, type Target } from './package/stage.ts';

const TARGETS: readonly Target[] = [
  { arch: 'amd64', cpu: 'x64' },
  { arch: 'arm64', cpu: 'arm64' },
];
/** What a box's uplink can be asked to fetch, bytes. */
const LARGEST = 45_000_000;

const { values } = parseArgs({
  options: {
    arch: { type: 'string' },
    node: { type: 'string' },
    prebuilt: { type: 'boolean' },
    quick: { type: 'boolean' },
    repo: { type: 'string' },
    sign: { type: 'string' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const targets = TARGETS.filter(({ arch }) => values.arch === undefined || values.arch === arch);
if (targets.length === 0) throw new Error(`--arch ${values.arch}: amd64 or arm64`);
if (values.node !== undefined && values.arch === undefined)
  throw new Error('--node PATH is for one processor: say which by --arch');
if (values.repo !== undefined && values.sign === undefined)
  throw new Error(
    '--repo DIR: apt refuses a repository that is not signed: say by which key of gpg, --sign KEY',
  );
const release: Release = {
  root,
  version,
  time: Number(process.env['SOURCE_DATE_EPOCH'] ?? commitTime()),
  node: values.node,
  prebuilt: values.prebuilt,
  key: values.sign,
};
const debs: string[] = [];
const build = join(root, 'build');
mkdirSync(build, { recursive: true });
for (const target of targets) {
  const name = `pilegate_${version}_${target.arch}`;
  const work = join(build, `${name}.work`);
  const tree = join(work, 'tree');
  process.stderr.write(`${target.arch}: staging …\n`);
  rmSync(work, { recursive: true, force: true });
  documents(release, stage(release, target, tree), tree);
  process.stderr.write(`${target.arch}: packing …\n`);
  tarXz(tree, join(work, 'data.tar.xz'), release.time, values.quick ? 0 : undefined);
  for (const make of [deb, tarball]) {
    const file = make(release, target, work, join(build, name));
    const data = readFileSync(file);
    const sum = createHash('sha256').update(data).digest('hex');
    console.log(`${relative(root, file)}  ${(data.length / 1e6).toFixed(1)} MB  sha256 ${sum}`);
    if (file.endsWith('.deb')) debs.push(file);
    else if (values.sign !== undefined) sign(values.sign, file, `${file}.asc`, '--detach-sign');
    if (data.length > LARGEST) throw new Error(`${file} is larger than ${LARGEST / 1e6} MB`);
  }
  rmSync(work, { recursive: true });
}
if (values.repo !== undefined && values.sign !== undefined) {
  writeRepository({ folder: resolve(values.repo), debs, time: release.time, key: values.sign });
  console.log(`${values.repo}: deb [signed-by=/etc/apt/keyrings/pilegate.asc] URL stable main`);
}

/** Seconds since 1970; also where the checkout is another user's. */
function commitTime(): string {
  return run('git', ['-c', `safe.directory=${resolve(root)}`, 'log', '-1', '--format=%ct'], { cwd: root });
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ar, tarGz, tarXz } from './archive.ts';
import { GLIBC } from './native.ts';
import { sign } from './repository.ts';
import { type Component, put, type Release, type Target } from './stage.ts';

/** Adds to the tree what Debian wants beside the program: copyright, changelog; and what is told of its parts. */
export function documents(release: Release, components: readonly Component[], tree: string): void {
  const doc = join(tree, 'usr/share/doc/pilegate');
  const zipped = (name: string, text: string | Uint8Array) =>
    put(join(doc, `${name}.gz`), gzipSync(text, { level: 9 }));
  put(join(doc, 'copyright'), copyright(components));
  zipped('third-party-licences.txt', licences(components));
  zipped(
    'changelog',
    `pilegate (${release.version}) unstable; urgency=medium\n\n  * See /usr/share/doc/pilegate/CHANGELOG.md.gz.\n\n -- ${MAINTAINER}  ${rfc2822(new Date(release.time * 1000))}\n`,
  );
  zipped('CHANGELOG.md', readFileSync(join(release.root, 'CHANGELOG.md')));
  put(join(doc, 'sbom.cdx.json'), `${JSON.stringify(sbom(release, components), undefined, 1)}\n`);
  put(join(tree, 'usr/share/lintian/overrides/pilegate'), OVERRIDES);
}

/** Builds the package of `tree` and `data.tar.xz` in `work`. Gives its file. */
export function deb(release: Release, { arch }: Target, work: string, name: string): string {
  const control = join(work, 'control');
  const tree = join(work, 'tree');
  const files = listFiles(tree);
  const kib = Math.ceil(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1024);
  put(join(control, 'control'), controlOf(release, arch, kib));
  put(join(control, 'conffiles'), '/etc/pilegate/config.yaml\n');
  const sums = files
    .filter((file) => !file.startsWith(join(tree, 'etc')))
    .map(
      (file) => `${createHash('md5').update(readFileSync(file)).digest('hex')}  ${relative(tree, file)}\n`,
    );
  put(join(control, 'md5sums'), sums.join(''));
  for (const script of ['postinst', 'prerm', 'postrm'])
    put(join(control, script), readFileSync(join(release.root, 'systemd/debian', script), 'utf8'), 0o755);
  put(join(work, 'debian-binary'), '2.0\n');
  tarXz(control, join(work, 'control.tar.xz'), release.time);
  const member = (name: string) => ({ name, file: join(work, name) });
  ar(['debian-binary', 'control.tar.xz', 'data.tar.xz'].map(member), `${name}.deb`, release.time);
  return `${name}.deb`;
}

/** Builds the archive for boxes without dpkg, of `data.tar.xz` in `work` and a script that lays it down. Gives its file. */
export function tarball(release: Release, _: Target, work: string, name: string): string {
  const folder = `pilegate-${release.version}`;
  const at = (file: string) => join(work, folder, file);
  put(
    join(work, folder, 'install.sh'),
    readFileSync(join(release.root, 'systemd/install.sh'), 'utf8'),
    0o755,
  );
  renameSync(join(work, 'data.tar.xz'), at('data.tar.xz'));
  const sums = ['data.tar.xz', 'install.sh'].map(
    (file) =>
      `${createHash('sha256')
        .update(readFileSync(at(file)))
        .digest('hex')}  ${file}\n`,
  );
  put(at('SHA256SUMS'), sums.join(''));
  if (release.key !== undefined) sign(release.key, at('SHA256SUMS'), at('SHA256SUMS.asc'), '--detach-sign');
  tarGz(work, folder, `${name}.tar.gz`, release.time);
  return `${name}.tar.gz`;
}

const MAINTAINER = 'The pilegate authors <pilegate@example.com>';

const OVERRIDES = `# The runtime comes along on purpose, just as its makers built it, so that its sum can be checked, and SQLite built
# for older systems than its makers build it for: no Node on the box, nothing compiled, nothing downloaded.
pilegate: embedded-library *
pilegate: unstripped-binary-or-object *
pilegate: hardening-no-pie *
`;

/** Node wants glibc 2.28 and the C++ library of GCC 5; the prebuilt SQLite 2.34 and that of GCC 11. Perl's base is always there. */
function controlOf({ version, prebuilt }: Release, arch: string, kib: number): string {
  return `Package: pilegate
Version: ${version}
Architecture: ${arch}
Maintainer: ${MAINTAINER}
Installed-Size: ${kib}
Depends: ${prebuilt ? 'libc6 (>= 2.34), libstdc++6 (>= 11), libgcc-s1' : `libc6 (>= ${GLIBC}), libstdc++6 (>= 5), libgcc-s1 | libgcc1`}
Recommends: systemd
Suggests: mosquitto
Section: net
Priority: optional
Description: edge gateway adapter for the parking discount of charging cars
 Takes the session ends that a charging station's piles publish over MQTT,
 keeps each in a durable outbox, and hands it, signed, to the car park's gate
 platform, again and again until the gate has it.
 .
 Brings its own runtime.
`;
}

function copyright(components: readonly Component[]): string {
  const list = components.map(({ name, version, licence }) => `  ${name} ${version} (${licence})\n`);
  return `pilegate is licensed under the Apache License, Version 2.0; see
/usr/share/common-licenses/Apache-2.0.

Copyright 2026 the pilegate authors

It brings these works of others along; their copyright notices and licences are
in /usr/share/doc/pilegate/third-party-licences.txt.gz:

${list.join('')}`;
}

function licences(components: readonly Component[]): string {
  return components
    .map(({ name, version, licence, text }) => `===== ${name} ${version} (${licence}) =====\n\n${text}\n`)
    .join('\n');
}

/** CycloneDX 1.5: what is inside, and the runtime's SHA-256, to be held against the sums that the Node project publishes. */
function sbom({ version, time }: Release, components: readonly Component[]): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date(time * 1000).toISOString(),
      component: { type: 'application', name: 'pilegate', version },
    },
    components: components.map((component) => ({
      type: component.sha256 === undefined ? 'library' : 'application',
      name: component.name,
      version: component.version,
      licenses: [
        /^[\w.-]+$/.test(component.licence)
          ? { license: { id: component.licence } }
          : { expression: component.licence },
      ],
      ...(component.sha256 === undefined
        ? { purl: `pkg:npm/${component.name.replace('@', '%40')}@${component.version}` }
        : { hashes: [{ alg: 'SHA-256', content: component.sha256 }] }),
    })),
  };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)],
    );
}

function rfc2822(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

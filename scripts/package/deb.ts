import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ar, tar } from './archive.ts';
import { type Component, put, type Release, type Target } from './stage.ts';

/** Adds to the tree what Debian wants beside the program: copyright, changelog. */
export function documents(release: Release, components: readonly Component[], tree: string): void {
  const doc = join(tree, 'usr/share/doc/pilegate');
  const date = new Date(release.time * 1000);
  put(join(doc, 'copyright'), copyright(components));
  const changelog = `pilegate (${release.version}) unstable; urgency=medium\n\n  * See /usr/share/doc/pilegate/CHANGELOG.md.gz.\n\n -- ${MAINTAINER}  ${rfc2822(date)}\n`;
  mkdirSync(doc, { recursive: true });
  writeFileSync(join(doc, 'changelog.gz'), gzipSync(changelog, { level: 9 }));
  writeFileSync(
    join(doc, 'CHANGELOG.md.gz'),
    gzipSync(readFileSync(join(release.root, 'CHANGELOG.md')), { level: 9 }),
  );
  put(join(doc, 'sbom.cdx.json'), `${JSON.stringify(sbom(release, components), undefined, 1)}\n`);
  put(join(tree, 'usr/share/lintian/overrides/pilegate'), OVERRIDES);
}

/** Builds the package of a tree. */
export function deb(release: Release, { arch }: Target, tree: string, to: string): void {
  const work = `${to}.work`;
  rmSync(work, { recursive: true, force: true });
  const control = join(work, 'control');
  const files = listFiles(tree);
  const kib = Math.ceil(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1024);
  put(join(control, 'control'), controlOf(release, arch, kib));
  put(join(control, 'conffiles'), '/etc/pilegate/config.yaml\n');
  put(
    join(control, 'md5sums'),
    files
      .filter((file) => !file.includes('/etc/'))
      .map(
        (file) => `${createHash('md5').update(readFileSync(file)).digest('hex')}  ${relative(tree, file)}\n`,
      )
      .join(''),
  );
  for (const script of ['postinst', 'prerm', 'postrm'])
    put(join(control, script), readFileSync(join(release.root, 'systemd/debian', script), 'utf8'), 0o755);
  put(join(work, 'debian-binary'), '2.0\n');
  tar(control, ['.'], join(work, 'control.tar.xz'), release.time, 'xz');
  tar(tree, ['.'], join(work, 'data.tar.xz'), release.time, 'xz');
  const member = (name: string) => ({ name, file: join(work, name) });
  ar([member('debian-binary'), member('control.tar.xz'), member('data.tar.xz')], to, release.time);
  rmSync(work, { recursive: true });
}

/** Builds the archive for boxes without dpkg: the tree and a script that lays it down. */
export function tarball(release: Release, tree: string, to: string): void {
  const work = `${to}.work`;
  const name = `pilegate-${release.version}`;
  rmSync(work, { recursive: true, force: true });
  cpSync(tree, join(work, name, 'root'), { recursive: true });
  put(join(work, name, 'install.sh'), readFileSync(join(release.root, 'systemd/install.sh'), 'utf8'), 0o755);
  tar(work, [name], to, release.time, 'gzip');
  rmSync(work, { recursive: true });
}

const MAINTAINER = 'The pilegate authors <pilegate@example.com>';

const OVERRIDES = `# The runtime comes along on purpose: no Node on the box, nothing compiled, nothing downloaded.
pilegate: embedded-library *
pilegate: unstripped-binary-or-object *
pilegate: hardening-no-pie *
pilegate: statically-linked-binary *
`;

function controlOf({ version }: Release, arch: string, kib: number): string {
  return `Package: pilegate
Version: ${version}
Architecture: ${arch}
Maintainer: ${MAINTAINER}
Installed-Size: ${kib}
Depends: libc6 (>= 2.28), libstdc++6 (>= 8), perl-base
Recommends: systemd
Suggests: mosquitto
Section: net
Priority: optional
Description: edge gateway adapter for the parking discount of charging cars
 Takes the session ends that a charging station's piles publish over MQTT, keeps
 each in a durable outbox, and hands it, signed, to the car park's gate platform,
 again and again until the gate has it.
 .
 Brings its own runtime.
`;
}

function copyright(components: readonly Component[]): string {
  const own =
    'pilegate is licensed under the Apache License, Version 2.0:\n/usr/share/common-licenses/Apache-2.0\n\nIt brings these works of others along:\n';
  const list = components.map(({ name, version, licence }) => `  ${name} ${version} (${licence})`).join('\n');
  const texts = components
    .filter(({ text }) => text !== '')
    .map(({ name, version, text }) => `\n\n===== ${name} ${version} =====\n\n${text}`);
  return `${own}${list}\n${texts.join('')}\n`;
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

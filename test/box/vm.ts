import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { owned } from '../support/cleanup.ts';
import { need, run } from './host.ts';
import { rootFileSystem } from './rootfs.ts';

/** What the guest has, beside what it needs to boot from a virtual disk. */
const GUEST_PACKAGES = [
  'systemd',
  'systemd-sysv',
  'udev',
  'kmod',
  'mosquitto-clients',
  'linux-image-cloud-amd64',
  'initramfs-tools',
  'e2fsprogs',
];
/** All that its first steps need, which makes for a small and quick initrd. */
const MODULES = ['virtio_pci', 'virtio_blk', 'virtio_net', 'ext4', 'crc32c_generic', 'crc32c_intel'];

/** The guest's journal goes to its console, for whoever looks for why it hangs. */
const TALKATIVE = 'systemd.show_status=1 systemd.journald.forward_to_console=1';

/** Where the guest finds this machine's 127.0.0.1; having no route, it finds nothing else. */
export const HOST = '10.0.2.2';

/** A file that is put into the guest. */
export interface GuestFile {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

/**
 * Makes a bootable disk in `dir` with a package installed, and files and enabled units on it.
 * @throws Impossible where this machine cannot
 */
export async function makeDisk(
  dir: string,
  deb: string,
  files: readonly GuestFile[],
  units: readonly string[],
): Promise<void> {
  await need({
    'qemu-system-x86_64': 'qemu-system-x86',
    nbdkit: 'nbdkit',
    'mkfs.ext4': 'e2fsprogs',
  });
  const base = await rootFileSystem(GUEST_PACKAGES);
  const root = join(dir, 'root');
  await run('cp', '--archive', '--reflink=auto', base, root);
  const put = ({ path, text, mode = 0o644 }: GuestFile) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };
  put({ path: 'etc/fstab', text: '/dev/vda / ext4 errors=remount-ro 0 1\n' });
  put({
    path: 'etc/systemd/network/wired.network',
    text: '[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\n',
  });
  put({ path: 'etc/initramfs-tools/conf.d/small', text: 'MODULES=list\nCOMPRESS=gzip\n' });
  put({ path: 'etc/initramfs-tools/modules', text: `${MODULES.join('\n')}\n` });
  copyFileSync(deb, join(root, 'root/pilegate.deb'));
  await run('chroot', root, 'dpkg', '--install', '/root/pilegate.deb');
  rmSync(join(root, 'root/pilegate.deb'));
  await run('chroot', root, 'update-initramfs', '-u');
  for (const file of files) put(file);
  const wants = join(root, 'etc/systemd/system/multi-user.target.wants');
  mkdirSync(wants, { recursive: true });
  for (const unit of ['systemd-networkd.service', ...units]) {
    const at = ['/etc/systemd/system', '/lib/systemd/system'].find((folder) =>
      existsSync(join(root, folder, unit)),
    );
    symlinkSync(join(at ?? '', unit), join(wants, unit));
  }
  const boot = readdirSync(join(root, 'boot'));
  for (const name of ['vmlinuz', 'initrd'])
    copyFileSync(join(root, 'boot', boot.find((file) => file.startsWith(name)) ?? name), join(dir, name));
  await run('mkfs.ext4', '-q', '-F', '-d', root, join(dir, 'disk.raw'), '2G');
  rmSync(root, { recursive: true });
}

/** A running machine. */
export interface Machine {
  /** The power goes, and with it what the disk had not been told to flush. */
  cut(): Promise<void>;
  /** What its console has said. */
  console(): string;
}

/**
 * Boots the disk of `dir`. Between the guest and the file lies a write cache that only a flush empties, as in a drive.
 */
export async function bootMachine(dir: string): Promise<Machine> {
  const socket = join(dir, 'disk.sock');
  const serial = join(dir, 'console.log');
  rmSync(socket, { force: true });
  rmSync(serial, { force: true });
  const start = (program: string, args: readonly string[]) =>
    owned(spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
  const disk = start('nbdkit', [
    ...['--foreground', '--exit-with-parent', '--unix', socket, '--filter=cache'],
    ...['file', join(dir, 'disk.raw'), 'cache=writeback'],
  ]);
  while (!existsSync(socket)) {
    if (disk.exitCode !== null) throw new Error('nbdkit ended at once');
    await sleep(20);
  }
  const accelerated = existsSync('/dev/kvm');
  const machine = start('qemu-system-x86_64', [
    ...['-machine', 'q35', '-m', '512', '-smp', '2', '-nodefaults', '-no-reboot', '-display', 'none'],
    ...(accelerated
      ? ['-accel', 'kvm', '-cpu', 'host']
      : ['-accel', 'tcg,thread=multi', '-cpu', 'max,la57=off']),
    ...['-kernel', join(dir, 'vmlinuz'), '-initrd', join(dir, 'initrd')],
    ...[
      '-append',
      `root=/dev/vda rw console=ttyS0 quiet mitigations=off panic=-1 net.ifnames=0 ${TALKATIVE}`,
    ],
    ...['-drive', `file=nbd+unix:///?socket=${socket},format=raw,if=none,id=disk,cache=writeback`],
    ...['-device', 'virtio-blk-pci,drive=disk,write-cache=on', '-device', 'virtio-rng-pci'],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-serial', `file:${serial}`],
  ]);
  const says = () => (existsSync(serial) ? readFileSync(serial, 'utf8') : '');
  return {
    console: says,
    cut: async () => {
      // The machine first: a drive that has gone could be told of a flush no more.
      await kill(machine, says);
      await kill(disk, says);
    },
  };
}

async function kill(child: ChildProcess, says: () => string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null)
    throw new Error(`it had ended before the power was cut; its console:\n${says().slice(-2000)}`);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheDir, Impossible, run } from './host.ts';

/** A booted Debian with a systemd of its own. */
export interface Container {
  /** Runs shell commands as root. Gives what they print on both outputs, trimmed; throws where they fail. */
  sh(commands: string): Promise<string>;
  /** The same, and what they ended with. */
  attempt(commands: string): Promise<{ code: number; output: string }>;
  /** Tries shell commands until they succeed. Throws after `seconds`, with what they said last. */
  until(commands: string, seconds?: number): Promise<string>;
  /** Copies a file of this machine into it. */
  copy(file: string, to: string): Promise<void>;
  /** Its root folder, as this machine sees it. */
  readonly root: string;
  /** The process id of its first process, as this machine sees it. */
  readonly leader: number;
  /** Ends it and removes all of it. */
  stop(): Promise<void>;
}

const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LANG=C.UTF-8',
];

/**
 * Boots a copy of a root folder, on a real disk, without a network beyond itself.
 * @throws Impossible where this machine lets no systemd boot
 */
export async function boot(root: string): Promise<Container> {
  const dir = mkdtempSync(join(cacheDir(), 'run-'));
  const copy = join(dir, 'root');
  await run('cp', '--archive', '--reflink=auto', root, copy);
  const cgroup = ownCgroup(dir);
  const enter = cgroup === undefined ? '' : `echo $$ >${cgroup}/cgroup.procs && `;
  const options = `--quiet --directory=${copy} --boot --keep-unit --register=no --private-network --console=read-only --machine=box${process.pid}`;
  const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' };
  const nspawn = spawn('sh', ['-c', `${enter}exec systemd-nspawn ${options}`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [nspawn.stdout, nspawn.stderr]) stream.on('data', (data) => (said += String(data)));
  const cleanUp = async (leader?: number) => {
    await end(nspawn, leader);
    if (cgroup !== undefined) removeCgroup(cgroup);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const leader = await findLeader(nspawn);
    const container = inside(leader, copy, () => cleanUp(leader));
    await container.until('case $(systemctl is-system-running) in running|degraded) ;; *) exit 1;; esac', 60);
    return container;
  } catch (cause) {
    await cleanUp();
    throw new Impossible(`no systemd boots in a container here: ${said.trim().split('\n').at(-1)}`, {
      cause,
    });
  }
}

function inside(leader: number, root: string, stop: () => Promise<void>): Container {
  const enter = ['-t', String(leader), '-a', 'env', '-i', ...ENVIRONMENT, 'sh', '-c'];
  const attempt = (commands: string) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      execFile('nsenter', [...enter, `exec 2>&1\n${commands}`], { maxBuffer: 2 ** 26 }, (error, stdout) => {
        const code = error === null ? 0 : Number(error.code ?? 1);
        resolve({ code, output: stdout.trim() });
      });
    });
  const sh = async (commands: string) => {
    const { code, output } = await attempt(commands);
    if (code !== 0) throw new Error(`${commands}\nended with ${code}:\n${output}`);
    return output;
  };
  const until = async (commands: string, seconds = 60) => {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const { code, output } = await attempt(commands);
      if (code === 0) return output;
      if (performance.now() > end) throw new Error(`not within ${seconds} s: ${commands}\n${output}`);
      await sleep(200);
    }
  };
  const copy = async (file: string, to: string) => {
    await run('cp', file, join(root, to));
  };
  return { sh, attempt, until, copy, root, leader, stop };
}

/** The systemd that nspawn started, some processes below it. */
async function findLeader(nspawn: ChildProcess): Promise<number> {
  for (let tries = 0; tries < 300 && nspawn.exitCode === null; tries++) {
    const leader = below(nspawn.pid ?? 0).find((pid) => read(`/proc/${pid}/comm`).trim() === 'systemd');
    if (leader !== undefined) return leader;
    await sleep(50);
  }
  throw new Error('systemd-nspawn started nothing');
}

function below(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...below(child)]);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** A control group of its own, where this machine has the new hierarchy and lets us: two containers must not share one. */
function ownCgroup(dir: string): string | undefined {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];
  if (mount === undefined) return undefined;
  const cgroup = join(mount, `pilegate-box-${dir.slice(-6)}`);
  try {
    mkdirSync(cgroup);
    return cgroup;
  } catch {
    return undefined;
  }
}

function removeCgroup(cgroup: string): void {
  for (const entry of readdirSync(cgroup, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(cgroup, entry.name));
  try {
    rmdirSync(cgroup);
  } catch {
    // Its last process is still on its way out: an empty group harms nobody.
  }
}

async function end(nspawn: ChildProcess, leader: number | undefined): Promise<void> {
  // Its first process takes all others along.
  if (leader !== undefined && existsSync(`/proc/${leader}`)) process.kill(leader, 'SIGKILL');
  else nspawn.kill('SIGKILL');
  while (nspawn.exitCode === null && nspawn.signalCode === null) await sleep(20);
}

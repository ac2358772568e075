import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from './evidence.ts';
import type { Happened } from './excuse.ts';
import type { Side } from './link.ts';
import type { Parts } from './parts.ts';
import type { Lane, Trouble } from './plan.ts';

/** What was done to the parts so far, and what went wrong in doing it. */
export interface Diary {
  readonly happened: Happened[];
  readonly findings: Finding[];
  /** Troubles made, by lane and kind. */
  readonly made: Map<string, number>;
}

/** A broker saves each second; what it acknowledged so long before it is killed is published again, milliseconds. */
const UNSAVED_MS = 5_000;

const DAY_S = 86_400;

/** Makes one trouble, and resolves when it is over. */
export async function make(trouble: Trouble, parts: Parts, diary: Diary): Promise<void> {
  const name = `${trouble.lane}: ${trouble.kind}`;
  const begun = Date.now();
  diary.made.set(name, (diary.made.get(name) ?? 0) + 1);
  try {
    await ACTORS[trouble.lane](trouble, parts, diary);
  } catch (error) {
    diary.findings.push({
      kind: 'defect',
      name,
      words: error instanceof Error ? error.message : String(error),
    });
  }
  const line = JSON.stringify({ begun, over: Date.now(), ...trouble });
  appendFileSync(join(parts.dir, 'diary.ndjson'), `${line}\n`);
}

type Actor = (trouble: Trouble, parts: Parts, diary: Diary) => Promise<void>;

const ACTORS: Readonly<Record<Lane, Actor>> = { daemon, broker, gate, link, disk, clock, replies, hands };

async function daemon({ kind, lasts }: Trouble, { station }: Parts, diary: Diary): Promise<void> {
  switch (kind) {
    case 'kill':
      await during(diary, 'daemon killed', async () => void (await station.end('SIGKILL')));
      break;
    case 'stop': {
      let code: number | null = 0;
      await during(diary, 'daemon stopped', async () => {
        code = await station.end('SIGTERM');
      });
      if (code) diary.findings.push({ kind: 'defect', name: 'stop', words: `the daemon ended with ${code}` });
      break;
    }
    case 'freeze':
      return await during(diary, 'daemon frozen', async () => {
        station.signal('SIGSTOP');
        await sleep(lasts);
        station.signal('SIGCONT');
      });
    default:
      return await during(diary, 'daemon stopped', async () => station.signal('SIGHUP'));
  }
  await sleep(lasts);
  station.start();
}

async function broker({ kind, lasts }: Trouble, { broker, piles }: Parts): Promise<void> {
  const at = Date.now();
  if (kind === 'freeze') {
    broker.signal?.('SIGSTOP');
    await sleep(lasts);
    broker.signal?.('SIGCONT');
    return;
  }
  await (kind === 'kill' ? broker.kill() : broker.stop());
  await sleep(lasts);
  await broker.restart();
  if (kind === 'kill') piles.repeatSince(at - UNSAVED_MS);
}

async function gate({ kind, lasts }: Trouble, { gate }: Parts, diary: Diary): Promise<void> {
  if (kind === 'kill') {
    await gate.kill();
    await sleep(lasts);
    return await gate.start();
  }
  await during(diary, 'gate frozen', async () => {
    gate.signal('SIGSTOP');
    await sleep(lasts);
    gate.signal('SIGCONT');
  });
}

async function link({ kind, lasts, draw }: Trouble, { link }: Parts, diary: Diary): Promise<void> {
  const sides: Side[] = draw < 0.4 ? ['gate'] : draw < 0.7 ? ['broker'] : ['broker', 'gate'];
  const cut = async (): Promise<void> => {
    for (const side of sides) link.cut(side, kind);
    await sleep(lasts);
    for (const side of sides) link.mend(side);
  };
  await (sides.includes('gate') ? during(diary, 'gate link cut', cut) : cut());
}

async function disk({ kind, lasts }: Trouble, { disk, shim }: Parts, diary: Diary): Promise<void> {
  await during(diary, 'storage failing', async () => {
    if (kind === 'full') disk.fill();
    else if (kind === 'sync EIO' || kind === 'write EIO' || kind === 'write EROFS' || kind === 'write ENOSPC')
      shim?.fault(kind);
    await sleep(lasts);
    disk.empty();
    shim?.fault();
  });
}

async function clock({ kind, draw }: Trouble, { station }: Parts): Promise<void> {
  const offsets: Readonly<Record<string, number>> = {
    ahead: 60 + draw * 20 * DAY_S,
    back: -60 - draw * 30 * DAY_S,
    'long ago': -(20 + draw * 30) * 365 * DAY_S,
  };
  station.setClock(Math.round(offsets[kind] ?? 0));
}

async function replies({ kind, lasts }: Trouble, { gate }: Parts): Promise<void> {
  gate.answers(kind);
  await sleep(lasts);
  gate.answers('');
}

async function hands({ kind, draw }: Trouble, { hands }: Parts): Promise<void> {
  await hands.act(kind, draw);
}

async function during(diary: Diary, what: Happened['what'], work: () => Promise<void>): Promise<void> {
  const from = Date.now();
  try {
    await work();
  } finally {
    diary.happened.push({ what, from, to: Date.now() });
  }
}

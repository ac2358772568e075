import { join } from 'node:path';
import { mosquittoRequired } from '../support/broker.ts';
import { faketimeLibrary } from '../support/faketime.ts';
import { type Broker, startMosquitto } from '../support/mosquitto.ts';
import { freePort } from '../support/port.ts';
import { canShim, makeShim, type Shim } from '../support/shim.ts';
import { writeConfig } from '../support/tmp.ts';
import { type Disk, mountDisk, plainDisk } from './disk.ts';
import { type Gate, startGate } from './gate.ts';
import { type Link, LOOPBACK, makeLink } from './link.ts';
import { OperatorActions } from './operator.ts';
import { Piles } from './piles.ts';
import type { Trouble } from './plan.ts';
import { Station } from './station.ts';

/** All parts of a run, each in a process of its own but for the piles. */
export interface Parts {
  readonly dir: string;
  readonly link: Link;
  readonly disk: Disk;
  readonly shim: Shim | undefined;
  readonly broker: Broker;
  readonly gate: Gate;
  readonly station: Station;
  readonly piles: Piles;
  readonly hands: OperatorActions;
  /** What cannot go wrong here, and why. */
  readonly leftOut: readonly string[];
  /** Whether this trouble can be made here. */
  can(trouble: Trouble): boolean;
}

/** How long the daemon waits for an answer of the gate, milliseconds. */
export const TIMEOUT_MS = 3_000;

/** Starts the parts. @param minutes how long the run is: the disk must hold what comes in it */
export async function startParts(dir: string, minutes: number): Promise<Parts> {
  const leftOut: string[] = [];
  const missing = new Set<string>();
  const attempt = <T>(what: string, make: () => T, otherwise: T): T => {
    try {
      return make();
    } catch (error) {
      const why = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
      leftOut.push(`${what}: ${why}`);
      missing.add(what);
      return otherwise;
    }
  };
  const link = attempt('link', makeLink, LOOPBACK);
  const disk =
    attempt('full', () => mountDisk(dir, 48 + Math.ceil(minutes) * 8), undefined) ?? plainDisk(dir);
  const shim = attempt('storage faults', shimOf, undefined);
  const faketime = attempt('clock', clockLibrary, undefined);
  const port = await freePort();
  const outside = link === LOOPBACK ? [] : [`listener ${port} ${link.host.broker}`];
  const broker = await startMosquitto({ lines: outside });
  const gate = await startGate(dir, link.host.gate, TIMEOUT_MS);
  const url = link === LOOPBACK ? broker.url : `mqtt://${link.host.broker}:${port}`;
  const config = configFor(dir, disk, url, gate.url);
  const station = new Station({ dir, config, link, shim, faketime });
  const piles = await Piles.connect(broker.url, join(dir, 'published.ndjson'));
  return {
    dir,
    link,
    disk,
    shim,
    broker,
    gate,
    station,
    piles,
    hands: new OperatorActions(station, piles),
    leftOut,
    can: ({ lane, kind }) => {
      if (lane === 'disk') return !missing.has(kind === 'full' ? 'full' : 'storage faults');
      return !missing.has(lane);
    },
  };
}

/** Schedules short enough that all of them are met in two minutes. */
function configFor(dir: string, disk: Disk, url: string, gateUrl: string): string {
  return writeConfig(dir, {
    broker: { url },
    gateUrl,
    overrides: {
      gate: { timeout: `${TIMEOUT_MS}ms` },
      outbox: { path: join(disk.path, 'outbox.db') },
      sources: [
        { name: 'session-end', topic: 'piles/{deviceId}/session/end', profile: 'pilegate', wait: '8s' },
        {
          name: 'meter',
          topic: 'meters/{deviceId}/bill',
          profile: 'pilegate',
          fields: { plateNo: { context: 'plate', key: { topic: 'deviceId' } } },
          wait: '8s',
        },
      ],
      contexts: [
        {
          name: 'plate',
          topic: 'cameras/{spaceNo}/plate',
          key: { topic: 'spaceNo' },
          fields: { plateNo: 'plate' },
          keep: '12h',
        },
      ],
      delivery: {
        outage: { min: '100ms', max: '2s', factor: 2 },
        refusal: { min: '500ms', max: '3s', factor: 2, attempts: 4 },
      },
    },
  });
}

/** Where CI installs what a run takes, its lack is a failure. */
function shimOf(): Shim {
  if (canShim()) return makeShim({ only: 'outbox.db' });
  return absent('there is no gcc (apt-get install gcc libc6-dev)');
}

function clockLibrary(): string {
  return faketimeLibrary() ?? absent('there is no libfaketime (apt-get install faketime)');
}

function absent(why: string): never {
  if (mosquittoRequired()) process.exitCode = 1;
  throw new Error(why);
}

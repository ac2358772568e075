import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../../daemon/daemon.ts';
import { setUp } from '../../daemon/setup.ts';
import { Failure } from '../../domain/failure.ts';
import type { Log, LogEvent } from '../../domain/log.ts';
import { isReason } from '../../domain/reason.ts';
import { inEnglish } from '../../i18n/english.ts';
import { startEmbeddedBroker } from '../../simulator/broker.ts';
import { startGate } from '../../simulator/gate/gate.ts';
import { startPiles } from '../../simulator/piles.ts';
import { deviceName } from '../../simulator/piles-session.ts';
import { makeDirectory, makeKey, PARK_ID, writeDemoConfig } from './config.ts';
import type { Cast } from './scenario.ts';
import { Tally } from './tally.ts';

const PILES = 10;
/** Sessions a second, over all piles. */
const RATE = 8;
/** How long the daemon may take to reach the broker, milliseconds. */
const READY_MS = 5000;

/** Everything that plays in the demo, at work, and the way to end it. */
export interface Assembly extends AsyncDisposable {
  readonly cast: Cast;
}

/**
 * Starts the embedded broker, the gate, the real daemon on a config, a key and an outbox in a directory of its own,
 * and once it is ready the piles. All in this process, over real sockets.
 * @param tell told, in a few words, of what the daemon logs as more than routine
 */
export async function assemble(tell: (words: string) => void): Promise<Assembly> {
  await using stack = new AsyncDisposableStack();
  const tally = new Tally();
  const key = makeKey();
  const dir = makeDirectory();
  const removeDirectory = (): void => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  // Also where the process is ended in the middle: by a second Ctrl-C, or a reader that went away.
  process.once('exit', removeDirectory);
  stack.defer(removeDirectory);
  const broker = stack.adopt(await startEmbeddedBroker(), (it) => it.stop());
  const gate = stack.adopt(
    await startGate({
      key,
      parkIds: [PARK_ID],
      onRecord: ({ orderNo }) => tally.arrived(orderNo, performance.now()),
      onRequest: ({ verdict }) => {
        if (verdict === 'repeat') tally.repeated();
      },
    }),
    (it) => it.close(),
  );
  const setup = setUp(writeDemoConfig(dir, broker.url, gate.url, key), {});
  const daemon = stack.adopt(startDaemon({ setup, log: storyLog(tell) }), (it) => it.stop());
  await readyInTime(daemon.ready);
  const fleet = stack.adopt(
    await startPiles({
      url: broker.url,
      piles: PILES,
      rate: RATE,
      onEnded: (session, repeat) => tally.ended(session, repeat, performance.now()),
    }),
    async (it) => void (await it.stop(0)),
  );
  const cast: Cast = {
    tally,
    piles: Array.from({ length: PILES }, (_, index) => deviceName(index + 1)),
    stopPiles: async () => void (await fleet.stop()),
    gateAway: async (away) => await gate.away(away),
    daemon: () => {
      const { mqtt, gate, counts } = daemon.snapshot();
      return { mqtt, gate, records: counts, quarantine: counts.quarantine };
    },
  };
  const started = stack.move();
  return { cast, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** The demo promises an end: also where its daemon cannot begin. */
async function readyInTime(ready: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const late = sleep(READY_MS, undefined, { signal: limit.signal }).then(() => {
    throw new Failure(
      `the demo's daemon did not reach its broker within ${READY_MS} ms: is this machine very busy?`,
    );
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    limit.abort();
    late.catch(() => {});
  }
}

/** What a spectator wants to hear of the daemon's log: the turns of the story, not each record. */
const TURNS: readonly (LogEvent | undefined)[] = [
  'gate.down',
  'gate.up',
  'gate.held',
  'mqtt.disconnected',
  'record.parked',
  'storage.failed',
  'storage.recovered',
];

function storyLog(tell: (words: string) => void): Log {
  const hear: Log['info'] = ({ event, reason }, message) => {
    if (TURNS.includes(event))
      tell(
        `${event}: ${isReason(reason) ? inEnglish(reason) : typeof reason === 'string' ? reason : message}`,
      );
  };
  return {
    error: hear,
    warn: hear,
    info: hear,
    debug: () => {},
    isLevelEnabled: (level) => level !== 'debug',
  };
}

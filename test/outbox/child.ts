/** An outbox in a process of its own, told what to do over IPC; see spawnOutbox in process.ts. */
import { systemClock } from '../../src/domain/clock.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import { Retention } from '../../src/outbox/retention.ts';
import { attempt, BUILD_DATE, DAY, DELIVERED, makeDraft, makeEvent, orderNo, TestClock } from './fixture.ts';
import type { Ask, Tell } from './process.ts';

const [path = '', size] = process.argv.slice(2);
const clock = new TestClock();
const tell = (message: Tell): void => {
  process.send?.(message);
};

let outbox: Outbox;
try {
  outbox = new Outbox({
    path,
    limits: { maxRows: 1_000, maxBytes: 2 ** 24 },
    maxSize: Number(size ?? 2 ** 31),
    buildDate: BUILD_DATE,
    clock: { now: () => clock.now(), monotonic: () => systemClock.monotonic() },
    hooks: {
      failed: ({ code, message }) => tell({ tell: 'failed', code, message }),
      recovered: (ms) => tell({ tell: 'recovered', ms }),
      committed: (jobs) => tell({ tell: 'committed', jobs }),
      salvaged: (report) => tell({ tell: 'salvaged', report }),
    },
  });
  tell({ tell: 'open' });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  await new Promise((resolve) => process.send?.({ tell: 'refused', message } satisfies Tell, resolve));
  process.exit(1);
}

process.on('message', (ask: Ask) => {
  void answer(ask)
    .then(
      (result) => tell({ tell: 'answer', to: ask.id, ok: true, result }),
      (error: unknown) => tell({ tell: 'answer', to: ask.id, ok: false, result: String(error) }),
    )
    .then(() => {
      // After the answers of what the close has settled.
      if (ask.ask === 'close') setImmediate(() => process.disconnect());
    });
});

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.ask) {
    case 'accept': {
      const one = async (n: number) => {
        const draft = makeDraft({ values: { orderNo: orderNo(n) } });
        return (await outbox.accept(makeEvent(clock, `event ${n}`), draft)).kind;
      };
      const numbers = Array.from({ length: ask.count }, (_, index) => ask.from + index);
      if (ask.together) return await Promise.all(numbers.map(one));
      const kinds: string[] = [];
      for (const n of numbers) kinds.push(await one(n));
      return kinds;
    }
    case 'deliver': {
      const settle = ({ id }: { id: number }) =>
        outbox.settle(id, attempt(clock, DELIVERED), { state: 'delivered', sent: undefined });
      const rows = outbox.ready('newest-first', ask.count);
      if (ask.together) return await Promise.all(rows.map(settle));
      const stood: boolean[] = [];
      for (const row of rows) stood.push(await settle(row));
      return stood;
    }
    case 'housekeeping': {
      const nothing = (): void => {};
      const log = {
        error: nothing,
        warn: nothing,
        info: nothing,
        debug: nothing,
        isLevelEnabled: () => false,
      };
      const housekeeping = new Retention({
        outbox,
        keepDelivered: 30 * DAY,
        buildDate: BUILD_DATE,
        log,
        clock,
      });
      for (let round = 0; round < 5; round += 1) {
        await housekeeping.run();
        outbox.upkeep.dataVersion();
        outbox.overdue(10);
      }
      return undefined;
    }
    case 'ready':
      return outbox.ready('newest-first', 100).map((row) => row.orderNo);
    case 'counts':
      return outbox.upkeep.counts();
    case 'checkSize':
      return await outbox.checkSize();
    case 'close':
      outbox.close();
      return undefined;
  }
}

import { z } from 'zod';
import type { CliResult } from '../support/cli.ts';
import type { Finding } from './evidence.ts';
import { HAND_PLATE } from './load.ts';
import type { Piles } from './piles.ts';
import type { Station } from './station.ts';

const listed = z.object({
  id: z.number(),
  kind: z.string(),
  field: z.string(),
  payload: z.string().nullable(),
});

/** A person at the command line, beside the daemon. */
export class OperatorActions {
  /** Orders that a hand parked, and when it began, epoch milliseconds. */
  readonly parked: { readonly orderNo: string; readonly at: number }[] = [];
  /** Payloads of the events that a hand discarded. */
  readonly discarded = new Set<string>();
  /** Commands that broke off or said more than they should. */
  readonly findings: Finding[] = [];
  /** Commands run, and those of them that could not do it. */
  runs = 0;
  refused = 0;
  readonly #station: Station;
  readonly #piles: Piles;

  constructor(station: Station, piles: Piles) {
    this.#station = station;
    this.#piles = piles;
  }

  /** Does what a kind of LANES.hands says. */
  async act(kind: string, draw: number): Promise<void> {
    switch (kind) {
      case 'retry':
        return void (await this.#run('records', 'retry', ...this.#orders(draw, 5)));
      case 'park': {
        const orders = this.#orders(draw, 3);
        const at = Date.now();
        this.parked.push(...orders.map((orderNo) => ({ orderNo, at })));
        return void (await this.#run('records', 'park', '--why', 'chaos', ...orders));
      }
      case 'retry --parked':
        return void (await this.#run('records', 'retry', '--parked'));
      case 'replay':
        return await this.#replay(draw);
      case 'replay --all':
        return void (await this.#run('quarantine', 'replay', '--all'));
      case 'discard':
        return await this.#discard(draw);
      default:
        await this.#run('status', '--json');
    }
  }

  /** Orders published last: those that something happens to now. */
  #orders(draw: number, count: number): string[] {
    const all = this.#piles.ledger.flatMap(({ publication: { claim } }) =>
      claim === undefined || claim.kind === 'junk' ? [] : [claim.orderNo],
    );
    const from = Math.max(0, all.length - 1 - Math.floor(draw * 100));
    const some = [...new Set(all.slice(from, from + count))];
    return some.length === 0 ? ['0000'] : some;
  }

  async #replay(draw: number): Promise<void> {
    const event = await this.#chosen(draw, ({ field }) => field === 'plateNo');
    if (event === undefined) return;
    await this.#run('quarantine', 'replay', String(event.id), '--set', `plateNo=${HAND_PLATE}`);
  }

  async #discard(draw: number): Promise<void> {
    const event = await this.#chosen(draw, ({ kind }) => kind === 'unmappable');
    if (event === undefined || event.payload === null) return;
    // Before it is done: whether it was done, a kill may keep to itself.
    this.discarded.add(event.payload);
    await this.#run('quarantine', 'discard', String(event.id), '--why', 'chaos');
  }

  async #chosen(draw: number, test: (event: z.infer<typeof listed>) => boolean) {
    const { code, stdout } = await this.#run('quarantine', 'list', '--json');
    if (code !== 0) return undefined;
    const events = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => listed.parse(JSON.parse(line)))
      .filter(test);
    return events[Math.floor(draw * events.length)];
  }

  /** A command may fail, for want of room or of such an order; but it says so in plain words. */
  async #run(...args: string[]): Promise<CliResult> {
    this.runs += 1;
    const result = await this.#station.hand(...args);
    if (result.code !== 0) this.refused += 1;
    if ((result.code !== 0 && result.code !== 1) || /^\s+at .+:\d+:\d+\)?$/m.test(result.stderr)) {
      const words = `pilegate ${args.join(' ')} ended with ${result.code}: ${result.stderr.slice(0, 2_000)}`;
      this.findings.push({ kind: 'defect', name: args.slice(0, 2).join(' '), words });
    }
    return result;
  }
}

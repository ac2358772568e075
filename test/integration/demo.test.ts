import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/cli/demo/assemble.ts';
import { play } from '../../src/cli/demo/scenario.ts';
import type { Look } from '../../src/cli/demo/state.ts';
import { owned } from '../support/cleanup.ts';
import { MAIN } from '../support/daemon.ts';
import { tempDir } from '../support/tmp.ts';
import { within } from '../support/wait.ts';

// A process that brings everything along takes its time to start where many share a core.
describe('the demo', { timeout: 120_000 }, () => {
  it('loses nothing over an outage of the gate, and its records wait on disk meanwhile', async () => {
    const looks: Look[] = [];
    const told: string[] = [];
    const screen = { draw: (look: Look) => looks.push(look), tell: () => {}, close: () => {} };
    const pace = { normalMs: 1000, outageMs: 2000, recoveryMs: 1000, drainMs: 10_000 };
    await using assembly = await assemble((words) => told.push(words));
    const summary = await play(assembly.cast, pace, screen, performance.now(), new Promise(() => {}));

    expect(summary).toMatchObject({ delivered: summary.events, lost: 0 });
    expect(summary.events).toBeGreaterThan(0);
    // What was on its way when the gate went may have to go again: at most what is sent at a time.
    expect(summary.sentTwice).toBeLessThanOrEqual(4);
    const outage = looks.filter(({ phase }) => phase === 'outage');
    expect(outage.some(({ daemon }) => daemon.gate.state === 'down' && daemon.records.pending > 0)).toBe(
      true,
    );
    expect(looks.at(-1)?.daemon).toMatchObject({
      gate: { state: 'up' },
      records: { pending: 0, delivered: summary.events, parked: 0 },
      quarantine: 0,
    });
    expect(told.map((words) => words.split(':')[0])).toEqual(['gate.down', 'gate.up']);
  });

  it('ends cleanly on Ctrl-C: every record at the gate, the summary told, nothing left behind', async () => {
    const { child, line, lines, tmp } = runDemo();
    await line(/normal: [1-9]/);
    child.kill('SIGINT');
    const [code] = await within(once(child, 'close'), 'the demo to end', START_MS);
    expect(code, lines.join('\n')).toBe(0);
    expect(lines.at(-1)).toMatch(
      /^(\d+) events, \1 delivered, 0 lost, 0 sent twice, median [\d.]+ m?s from event to gate$/,
    );
    expect(readdirSync(tmp)).toEqual([]);
  });

  it('ends without a word and leaves nothing behind when its reader goes away', async () => {
    const { child, line, stderr, tmp } = runDemo();
    await line(/at work/);
    child.stdout.destroy();
    await within(once(child, 'close'), 'the demo to end', START_MS);
    expect(stderr()).toBe('');
    expect(readdirSync(tmp)).toEqual([]);
  });
});

const START_MS = 50_000;

/** Runs the demo in a process and a temp directory of its own; `line` waits for a line of its output. */
function runDemo() {
  const tmp = tempDir();
  const child = owned(spawn(process.execPath, [MAIN, 'demo'], { env: { ...process.env, TMPDIR: tmp } }));
  const lines: string[] = [];
  let told = '';
  child.stderr.on('data', (chunk) => {
    told += String(chunk);
  });
  const reader = createInterface({ input: child.stdout }).on('line', (text) => lines.push(text));
  const line = async (wanted: RegExp): Promise<void> => {
    const seen = new Promise<void>((resolve, reject) => {
      reader.on('line', (text) => wanted.test(text) && resolve());
      child.once('close', () => reject(new Error(`the demo ended: ${lines.join('\n')}${told}`)));
    });
    await within(seen, `a line ${wanted}`, START_MS);
  };
  return { child, line, lines, stderr: () => told, tmp };
}

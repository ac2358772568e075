import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, write, writeSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Sink, type Writing } from '../../src/ops/sink.ts';
import { owned } from '../support/cleanup.ts';
import { tempDir } from '../support/tmp.ts';
import { within } from '../support/wait.ts';

const LOGGER = fileURLToPath(new URL('../../src/ops/logger.ts', import.meta.url));

/** Runs `script` in a process of its own, with `logger` and `log` made for its standard output. */
function child(script: string) {
  const source = `import { createLogger } from ${JSON.stringify(LOGGER)};
    const logger = createLogger({ level: 'info', format: 'json', isTTY: false });
    const { log } = logger;
    ${script}`;
  return owned(
    spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: ['pipe', 'pipe', 'pipe'] }),
  );
}

/** The numbers of the lines, each of which must be whole. */
const numbers = (output: string): number[] =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** A file to write to, and what is in it. */
function file() {
  const path = join(tempDir(), 'log');
  return { fd: openSync(path, 'a'), content: () => readFileSync(path, 'utf8') };
}

/** `write` that fails with these codes first, one after the other; counts its calls. */
function failing(...codes: string[]): Writing & { calls: number } {
  const writing = {
    calls: 0,
    write: (fd: number, bytes: Buffer, then: Parameters<Writing['write']>[2]): void => {
      writing.calls += 1;
      const code = codes.shift();
      if (code === undefined) write(fd, bytes, then);
      else setImmediate(then, Object.assign(new Error(code), { code }), 0);
    },
    writeSync: (fd: number, bytes: Buffer) => writeSync(fd, bytes),
  };
  return writing;
}

describe('lines', () => {
  it('are all written, in order, when the process ends by itself at once', async () => {
    const { stdout } = child('for (let n = 0; n < 20000; n += 1) log.info({ n }, "x");');
    expect(numbers(await text(stdout))).toEqual(upTo(20_000));
  });

  it.each([
    'process.exit(3)',
    'setTimeout(() => process.exit(3))',
    'process.nextTick(() => { throw new Error() })',
  ])('are all written when the process is ended by %s', async (end) => {
    const { stdout } = child(`for (let n = 0; n < 100; n += 1) log.info({ n }, "x"); ${end};`);
    expect(numbers(await text(stdout))).toEqual(upTo(100));
  });

  it('wait for a slow reader without a turn of the event loop being held up', async () => {
    const process = child(`
      for (let n = 0; n < 20000; n += 1) log.info({ n }, "x");
      setTimeout(() => console.error('turning'), 10);
      await logger.close();`);
    await within(once(process.stderr, 'data'), 'the event loop to turn');
    expect(numbers(await text(process.stdout))).toEqual(upTo(20_000));
  });

  it('are forgotten when the reader is gone, and the process lives on', async () => {
    const process = child(`
      process.stdin.once('data', async () => {
        for (let n = 0; n < 1000; n += 1) log.info({ n }, "x");
        await logger.flush();
        log.info({}, 'once more');
        await logger.close();
        console.error('alive');
        process.exit();
      });
      log.info({ n: 0 }, 'x');`);
    await once(process.stdout, 'data');
    process.stdout.destroy();
    process.stdin.write('go');
    expect(await text(process.stderr)).toBe('alive\n');
    expect(process.exitCode ?? 0).toBe(0);
  });

  it('never keep a process from ending, though its reader stands still', async () => {
    const process = child(
      'for (let n = 0; n < 20000; n += 1) log.info({ n }, "x"); await logger.close(); process.exitCode = 7;',
    );
    const [code] = await within(once(process, 'exit'), 'the process to end', 15_000);
    expect(code).toBe(7);
  });

  it.each(['EAGAIN', 'ENOSPC', 'EIO'])('are written in order once %s has passed', async (code) => {
    const { fd, content } = file();
    const sink = new Sink(fd, undefined, failing(code, code));
    sink.write('a\n');
    sink.write('b\n');
    await new Promise(setImmediate);
    sink.write('c\n');
    await sink.flush();
    expect(content()).toBe('a\nb\nc\n');
    await sink.close();
  });

  it('are not waited for once the descriptor is of no use', async () => {
    const { fd, content } = file();
    const sink = new Sink(fd, undefined, failing('EBADF'));
    sink.write('a\n');
    await sink.flush();
    sink.write('b\n');
    await sink.close();
    expect(content()).toBe('');
  });

  it('beyond 16 MiB unread are dropped, and how many is told when there is room again', async () => {
    const { fd, content } = file();
    const told: number[] = [];
    const sink = new Sink(fd, (lines) => told.push(lines), failing('EAGAIN', 'EAGAIN'));
    const line = `${'x'.repeat(2 ** 20 - 1)}\n`;
    for (let i = 0; i < 20; i += 1) sink.write(line);
    await sink.flush();
    expect(told).toEqual([4]);
    expect(content().length).toBe(16 * 2 ** 20);
    await sink.close();
  });

  it('of one turn go out in one write', async () => {
    const { fd, content } = file();
    const counting = failing();
    const sink = new Sink(fd, undefined, counting);
    for (let i = 0; i < 500; i += 1) sink.write('x\n');
    await sink.flush();
    expect([counting.calls, content().length]).toEqual([1, 1000]);
    await sink.close();
  });

  it('that follow a write gather for some milliseconds, and none of them is left behind', async () => {
    const { fd, content } = file();
    const counting = failing();
    const sink = new Sink(fd, undefined, counting);
    for (let i = 0; i < 200; i += 1) {
      sink.write('x\n');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => content().length).toBe(400);
    expect(counting.calls).toBeLessThan(100);
    await sink.close();
  });

  it('that gather are written at once where they are waited for', async () => {
    const { fd, content } = file();
    const sink = new Sink(fd);
    sink.write('a\n');
    await expect.poll(content).toBe('a\n');
    sink.write('b\n');
    await sink.flush();
    expect(content()).toBe('a\nb\n');
    await sink.close();
  });
});

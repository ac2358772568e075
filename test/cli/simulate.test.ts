import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { amount, time, wholeNumber } from '../../src/cli/simulate-options.ts';
import { startEmbeddedBroker } from '../../src/simulator/broker.ts';
import { atEnd, owned } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { MAIN } from '../support/daemon.ts';
import { freePort } from '../support/port.ts';
import { within } from '../support/wait.ts';

describe('simulate broker and simulate piles', () => {
  it('play together, tell each bill, and end cleanly on a signal', async () => {
    const broker = owned(spawn(process.execPath, [MAIN, 'simulate', 'broker', '--port', '0', '--json']));
    const lines: string[] = [];
    const reader = createInterface({ input: broker.stdout }).on('line', (line) => lines.push(line));
    await within(once(reader, 'line'), 'the broker to listen');
    const { url } = JSON.parse(lines[0] ?? '');

    const args = ['--url', url, '--piles', '3', '--count', '20', '--rate', '500', '--repeats', '0', '--json'];
    const piles = await pilegate(['simulate', 'piles', ...args]);
    expect(piles.code, piles.stderr).toBe(0);
    const bills = piles.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(bills.map(({ orderNo }) => orderNo)).size).toBe(20);
    expect(bills.every(({ topic, deviceId }) => topic === `piles/${deviceId}/session/end`)).toBe(true);
    expect(piles.stderr).toMatch(/20 sessions, 0 bills published again, 20 acknowledged, 0 waiting/);

    broker.kill('SIGTERM');
    const [code] = await within(once(broker, 'close'), 'the broker to end');
    expect(code).toBe(0);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ published: 20 });
  });
});

describe('simulate piles', () => {
  it('prints a line a bill, and none when quiet', async () => {
    const broker = await startEmbeddedBroker();
    atEnd(() => broker.stop());
    const args = [
      'simulate',
      'piles',
      '--url',
      broker.url,
      '--count',
      '3',
      '--rate',
      '500',
      '--repeats',
      '0',
    ];
    const spoken = await pilegate(args);
    expect(spoken.stdout).toMatch(/^(D0\d\d {2}\d{24} {2}\S{7,8}\n){3}$/);
    const quiet = await pilegate([...args, '--quiet']);
    expect(quiet).toMatchObject({ code: 0, stdout: '' });
  });

  it('exits 1 and says what to do where there is no broker', async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await pilegate(['simulate', 'piles', '--url', url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`cannot connect to the broker at ${url}: connect ECONNREFUSED`);
    expect(stderr.split('\n')).toHaveLength(2);
  });

  it('exits 2 on a wrong option and says what is allowed', async () => {
    const { code, stderr } = await pilegate(['simulate', 'piles', '--rate', 'fast']);
    expect(code).toBe(2);
    expect(stderr).toContain('Allowed is a number from 0.001 to 100000');
  });

  it('exits 1 where the file of the password is not there', async () => {
    const { code, stderr } = await pilegate(['simulate', 'piles', '--password-file', '/nowhere/password']);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot read the password from /nowhere/password');
  });
});

describe('options that are numbers', () => {
  it.each([
    [wholeNumber(1, 10), '10', 10],
    [amount(0, 0.9), '0.25', 0.25],
    [time, '90s', 90_000],
  ])('are read', (read, text, value) => {
    expect(read(text)).toBe(value);
  });

  it.each([
    [wholeNumber(1, 10), ['0', '11', '1.5', '-1', 'x', ''], 'a whole number from 1 to 10'],
    [amount(0, 0.9), ['1', '-0.1', '1e-3', 'x', ''], 'a number from 0 to 0.9'],
    [time, ['5', '5 weeks', '', '31d', '1ms'], 'a whole number with its unit'],
  ])('are refused where they are not what is allowed', (read, texts, words) => {
    for (const text of texts) expect(() => read(text), text).toThrow(words);
  });
});

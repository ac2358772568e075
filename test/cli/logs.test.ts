import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { filterOf } from '../../src/cli/logs.ts';
import { owned } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { MAIN } from '../support/daemon.ts';
import { tempDir } from '../support/tmp.ts';

const line = (fields: object) =>
  JSON.stringify({ level: 'info', time: '2026-11-24T09:12:30.042+08:00', msg: 'm', ...fields });
const LINES = {
  a: line({ orderNo: 'A', deviceId: 'D1' }),
  b: line({ orderNo: 'B', deviceId: 'D1', level: 'error' }),
  c: line({ deviceId: 'D2', level: 'debug' }),
  w: line({ orderNo: 'A', level: 'warn' }),
  x: 'Started pilegate.service.',
};

/** Runs `logs` with nothing piped in and a journalctl of our own, which notes how it is called. */
async function journal(script: string, ...args: string[]) {
  const dir = tempDir();
  writeFileSync(join(dir, 'journalctl'), `#!/bin/sh\necho "$@" > ${dir}/called\n${script}\n`);
  chmodSync(join(dir, 'journalctl'), 0o755);
  const result = await withoutInput(['logs', ...args], { ...process.env, PATH: `${dir}:/bin:/usr/bin` });
  return { ...result, called: () => readFileSync(join(dir, 'called'), 'utf8').trim() };
}

/** Runs a command whose standard input is /dev/null, as under cron. */
async function withoutInput(args: readonly string[], env: NodeJS.ProcessEnv) {
  const stdio = [openSync('/dev/null', 'r'), 'pipe', 'pipe'] as const;
  const child = owned(spawn(process.execPath, [MAIN, ...args], { stdio: [...stdio], env }));
  const read = (stream: Readable | null) => text(stream ?? Readable.from([]));
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr), ended]);
  return { code: child.exitCode, stdout, stderr };
}

describe('the lines that are wanted', () => {
  it.each<[Parameters<typeof filterOf>[0], string]>([
    [{}, 'abcwx'],
    [{ order: 'A' }, 'aw'],
    [{ device: 'D1' }, 'ab'],
    [{ level: 'warn' }, 'bw'],
    [{ level: 'debug' }, 'abcw'],
    [{ order: 'A', level: 'warn' }, 'w'],
    [{ json: true }, 'abcw'],
  ])('by %j are %s', (options, expected) => {
    const wanted = filterOf(options);
    expect(Object.entries(LINES).flatMap(([name, text]) => (wanted(text) ? name : []))).toEqual([
      ...expected,
    ]);
  });
});

describe('pilegate logs', () => {
  it('makes what is piped into it readable, without colours where it is piped on', async () => {
    const { code, stdout, stderr } = await pilegate(['logs'], { stdin: `${LINES.b}\r\n${LINES.x}\nlast` });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe('11-24 09:12:30.042  ERROR  m  B  D1\nStarted pilegate.service.\nlast\n');
  });

  it('gives the lines as they are as JSON', async () => {
    const { stdout } = await pilegate(['logs', '--json', '--order', 'A'], {
      stdin: Object.values(LINES).join('\n'),
    });
    expect(stdout).toBe(`${LINES.a}\n${LINES.w}\n`);
  });

  it('reads the journal of the service where nothing is piped in', async () => {
    const { code, stdout, called } = await journal(`echo '${LINES.a}'`, '--since', '1 hour ago');
    expect([code, stdout]).toEqual([0, '11-24 09:12:30.042  INFO   m  A  D1\n']);
    expect(called()).toBe('--no-pager --output cat --unit pilegate --since 1 hour ago');
  });

  it('follows the journal from its beginning, for a story may begin long ago', async () => {
    const { called } = await journal('true', '--follow', '--order', 'A', '--unit', 'pilegate-2');
    expect(called()).toBe('--no-pager --output cat --unit pilegate-2 --follow --no-tail');
  });

  it('ends with 1 where journalctl fails, after its own words', async () => {
    const { code, stderr } = await journal('echo "No journal files" >&2; exit 3');
    expect([code, stderr]).toEqual([
      1,
      'No journal files\ncannot read the journal: journalctl ended with 3; see its words above\n',
    ]);
  });

  it('says what to do where there is no journalctl', async () => {
    const { code, stderr } = await withoutInput(['logs'], { PATH: '/nowhere' });
    expect([code, stderr]).toEqual([
      1,
      'cannot read the journal: spawn journalctl ENOENT: pipe a log into this command instead\n',
    ]);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { record, wire } from '../../gate/record.ts';
import { client, KEY } from '../../gate/servers.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { owned } from '../../support/cleanup.ts';
import { pilegate } from '../../support/cli.ts';
import { MAIN } from '../../support/daemon.ts';
import { tempDir } from '../../support/tmp.ts';
import { until } from '../../support/wait.ts';

const dir = tempDir();
const keyFile = join(dir, 'gate.key');
writeFileSync(keyFile, `${KEY}\n`);

/** Runs `simulate gate` on a free port; its lines one by one, and its end. */
function simulate(...args: string[]) {
  const child = owned(
    spawn(process.execPath, [MAIN, 'simulate', 'gate', '--port', '0', '--key-file', keyFile, ...args], {
      stdio: 'pipe',
    }),
  );
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const stderr = text(child.stderr);
  return {
    line: async () => String((await lines.next()).value),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      return { code: child.exitCode, stderr: await stderr };
    },
  };
}

describe('simulate gate', () => {
  test('says where it listens, then what came and what became of it', async () => {
    const gate = simulate('--park-id', '3302122004', '--park-id', '2');
    const url = /listening on (http:\S+) \(strict\)/.exec(await gate.line())?.[1] ?? '';
    const { send } = client(url);
    expect(await send(record())).toMatchObject({ kind: 'delivered' });
    expect(await gate.line()).toMatch(/^20\S+Z accepted 200 [\d.]+ms 2026112408000001 浙BD12345$/);
    await send(record());
    expect(await gate.line()).toContain(' repeat 200 ');
    await send(record({ parkId: '1', orderNo: 'a\u001b[2J' }));
    expect(await gate.line()).toMatch(
      / refused 200 [\d.]+ms a \[2J 浙BD12345 {2}未授权的车场，停车场不存在：parkId=1$/,
    );
    const { code, stderr } = await gate.stop();
    expect(code).toBe(0);
    expect(stderr).toContain('3 requests, 1 records, 1 repeats, 1 refused');
  });

  test('gives scripts one JSON object a line', async () => {
    const gate = simulate(
      '--json',
      '--dialect',
      'gin',
      '--fault',
      'latency=5ms',
      '--fault',
      'refuse=车辆已离场,plate=^粤',
    );
    const listening = JSON.parse(await gate.line());
    expect(listening).toEqual({
      listening: expect.stringMatching(/^http:/),
      port: expect.any(Number),
      dialect: 'gin',
    });
    const { send } = client(listening.listening);
    await send(record());
    expect(JSON.parse(await gate.line())).toMatchObject({
      at: expect.stringMatching(/^20.*Z$/),
      ms: expect.any(Number),
      verdict: 'accepted',
      status: 200,
      fault: 'latency',
      body: wire(),
    });
    expect(await send(record({ plateNo: '粤B12345' }))).toMatchObject({ kind: 'refused', status: 500 });
    expect(JSON.parse(await gate.line())).toMatchObject({
      verdict: 'refused',
      fault: 'refuse',
      description: '车辆已离场',
    });
    await gate.stop();
  });

  test('speaks https, fen and one service entry, and grants repeats, where told so', async () => {
    const files = makeCertificates(dir);
    const tls = ['--tls-cert', files.serverCert, '--tls-key', files.serverKey, '--tls-ca', files.ca];
    const gate = simulate(
      '--json',
      ...tls,
      '--money-unit',
      'fen',
      '--service-field',
      'method',
      '--service',
      'a/b',
      '--grant-repeats',
      '--sign-empty-fields',
    );
    const { listening } = JSON.parse(await gate.line());
    const { send } = client(listening, {
      tls: { ca: files.ca, cert: files.clientCert, key: files.clientKey },
      moneyUnit: 'fen',
      serviceField: 'method',
      service: 'a/b',
      signEmptyFields: true,
    });
    for (let sent = 0; sent < 2; sent += 1) {
      expect(await send(record())).toMatchObject({ kind: 'delivered' });
      expect(JSON.parse(await gate.line())).toMatchObject({ verdict: 'accepted' });
    }
    await gate.stop();
  });

  test('goes on while the gate it plays is away', async () => {
    const gate = simulate('--json', '--fault', 'away,from=0s');
    const { listening } = JSON.parse(await gate.line());
    const { send } = client(listening);
    const away = async () => (await send(record())).kind === 'unreachable';
    await until(away, 'the gate to be away');
    expect(await gate.stop()).toMatchObject({ code: 0 });
  });

  test('has a key of its own where it is given none, and says so', async () => {
    const env = { ...process.env };
    delete env['PILEGATE_GATE_KEY'];
    const child = owned(
      spawn(process.execPath, [MAIN, 'simulate', 'gate', '--port', '0'], { stdio: 'pipe', env }),
    );
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGTERM');
    expect(await text(child.stderr)).toContain(
      "the interface document's example, 192006250b4c09247ec02edce69f6a2d",
    );
  });

  test.each<[string[], string]>([
    [['--fault', 'explode'], 'the fault "explode" cannot be used'],
    [['--dialect', 'java'], 'Allowed choices are strict, mux, gin, php'],
    [['--port', '70000'], 'from 0 to 65535'],
    [['--tls-cert', keyFile], 'https takes both --tls-cert and --tls-key'],
  ])('exits 2 on wrong usage: %j', async (args, says) => {
    const { code, stderr } = await pilegate(['simulate', 'gate', '--port', '0', ...args], {
      env: { PILEGATE_GATE_KEY: KEY },
    });
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });

  test('says which file it cannot use', async () => {
    const missing = join(dir, 'missing.pem');
    const args = ['simulate', 'gate', '--port', '0', '--tls-cert', missing, '--tls-key', missing];
    const { code, stderr } = await pilegate(args, { env: { PILEGATE_GATE_KEY: KEY } });
    expect(stderr).toContain(`cannot read ${missing}: ENOENT`);
    expect(code).toBe(1);
  });
});

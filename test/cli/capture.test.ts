import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { connectAsync } from 'mqtt';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CaseFile, readCase } from '../../src/cli/case/case-file.ts';
import { realMosquitto } from '../support/broker.ts';
import { atEnd, owned } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { MAIN } from '../support/daemon.ts';
import { type Broker, startMosquitto } from '../support/mosquitto.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';
import { within } from '../support/wait.ts';

const SESSION = {
  orderNo: '1',
  startTime: '2026-11-24 08:00:00',
  endTime: '2026-11-24 09:12:30',
  power: 32.15,
};
const PLATE = '浙BD12345';
const VIN = 'LTEST000000000017';

/** A message to be published. */
type Sent = readonly [topic: string, payload: string | Buffer, retain?: boolean];

/** Runs `capture`, publishes once it listens, and gives what it wrote. */
async function captured(
  broker: Broker,
  args: readonly string[],
  sent: readonly Sent[],
  dir = tempDir(),
): Promise<{
  code: number | null;
  stdout: string;
  stderr: string;
  output: string;
  dir: string;
  cases: CaseFile[];
}> {
  const config = writeConfig(dir, { broker, gateUrl: 'http://127.0.0.1:1/', overrides: OVERRIDES });
  const output = join(dir, 'cases');
  const command = [MAIN, 'capture', '--config', config, '--output', output, ...args];
  const child = owned(spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] }));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const closed = once(child, 'close');
  const stdout = text(child.stdout);
  await within(once(reader, 'line'), 'capture to listen');
  const client = await connectAsync(broker.url);
  for (const [topic, payload, retain = false] of sent)
    await client.publishAsync(topic, payload, { qos: 1, retain });
  await client.endAsync();
  if (args.includes('SIGINT')) child.kill('SIGINT');
  await within(closed, 'capture to end');
  const files = existsSync(output) ? readdirSync(output).toSorted() : [];
  return {
    code: child.exitCode,
    stdout: await stdout,
    stderr: lines.join('\n'),
    output,
    dir,
    cases: files.map((name) => readCase(join(output, name))),
  };
}

const OVERRIDES = {
  contexts: [
    { name: 'plate', topic: 'cameras/{spaceNo}/plate', key: { topic: 'spaceNo' }, fields: { plateNo: 'lp' } },
  ],
  sources: [
    {
      name: 'session-end',
      topic: 'piles/{deviceId}/session/end',
      profile: 'pilegate',
      fields: { plateNo: ['plateNo', { context: 'plate', key: { topic: 'deviceId' } }] },
    },
  ],
};

describe.runIf(realMosquitto())('pilegate capture', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startMosquitto();
  });

  it('writes what sources and contexts are sent, plates and VINs replaced alike, as cases that run', async () => {
    const { code, stdout, stderr, output, dir, cases } = await captured(
      broker,
      ['--count', '3'],
      [
        ['cameras/A-01/plate', JSON.stringify({ lp: PLATE })],
        ['elsewhere/x', JSON.stringify({ plateNo: PLATE })],
        ['piles/D001/session/end', Buffer.from([0xff, 0, 1, 2, 0x80])],
        [
          `piles/${VIN}/session/end`,
          JSON.stringify({ ...SESSION, plateNo: '浙B·D12345', note: `${PLATE}充满` }),
        ],
        [
          'piles/D002/session/end',
          JSON.stringify({
            ...SESSION,
            orderNo: '2',
            raw: Buffer.from(`${PLATE} ${VIN}`).toString('base64'),
          }),
        ],
      ],
    );
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 3]);
    expect(stderr).toContain(`3 messages written into ${output}; 1 left out, since they cannot be decoded`);
    const [camera, end, other] = cases.map(({ messages: [message] }) => ({
      topic: message?.topic ?? '',
      body: JSON.parse(Buffer.from(message?.payload ?? []).toString()),
    }));
    const made: string = camera?.body.lp;
    expect(made).toMatch(/^\p{Script=Han}[A-Z][A-K]\d{5}$/u);
    expect(made).not.toBe(PLATE);
    expect(end?.body).toMatchObject({
      plateNo: `${made.slice(0, 2)}·${made.slice(2)}`,
      note: `${made}充满`,
      power: 32.15,
    });
    expect(end?.topic).toMatch(/^piles\/[A-Z0-9]{17}\/session\/end$/);
    const vin = end?.topic.split('/')[1];
    expect(Buffer.from(other?.body.raw, 'base64').toString()).toBe(`${made} ${vin}`);
    for (const name of readdirSync(output)) {
      expect(statSync(join(output, name)).mode & 0o777).toBe(0o600);
      expect(`${name}${readFileSync(join(output, name), 'utf8')}`).not.toMatch(
        new RegExp(`${PLATE}|${VIN}|D12345`),
      );
    }
    const config = join(dir, 'config.yaml');
    expect((await pilegate(['test', '--config', config, '--update', output])).code).toBe(0);
    expect(await pilegate(['test', '--config', config, output])).toMatchObject({
      code: 0,
      stderr: '3 cases: 3 as expected\n',
    });
    expect(readFileSync(join(output, readdirSync(output).toSorted()[1] ?? ''), 'utf8')).toContain(
      'orderNo: "1"',
    );
  });

  it('writes what cannot be decoded with --plain, and keeps what is retained', async () => {
    const noise = Buffer.from([0xff, 0, 1, 2, 0x80]);
    const client = await connectAsync(broker.url);
    await client.publishAsync('piles/D009/session/end', JSON.stringify(SESSION), { qos: 1, retain: true });
    await client.endAsync();
    const { cases } = await captured(
      broker,
      ['--plain', '--count', '2'],
      [['piles/D001/session/end', noise]],
    );
    const client2 = await connectAsync(broker.url);
    await client2.publishAsync('piles/D009/session/end', '', { qos: 1, retain: true });
    await client2.endAsync();
    const found = cases.flatMap(({ messages }) => messages);
    expect(found).toContainEqual(
      expect.objectContaining({ topic: 'piles/D001/session/end', payload: noise, retained: false }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ topic: 'piles/D009/session/end', retained: true }),
    );
  });

  it('never writes over a file or through a link', async () => {
    const dir = tempDir();
    const first = await captured(broker, ['--count', '1'], [['piles/D001/session/end', '{}']], dir);
    const [name = ''] = readdirSync(first.output);
    const before = readFileSync(join(first.output, name), 'utf8');
    // Names of the next minute are taken too: by links to a file that must not come about.
    const victim = join(dir, 'victim');
    for (let second = 0; second < 120; second += 1) {
      const at = new Date(Date.now() + 8 * 3_600_000 + second * 1000)
        .toISOString()
        .slice(0, 19)
        .replace(/[-:]/g, '');
      const path = join(first.output, `${at}-0001-piles_D001_session_end.yaml`);
      if (!existsSync(path)) symlinkSync(victim, path);
    }
    const again = await captured(broker, ['--count', '1'], [['piles/D001/session/end', '{}']], dir).catch(
      () => undefined,
    );
    expect(again).toBeUndefined();
    expect(existsSync(victim)).toBe(false);
    expect(readFileSync(join(first.output, name), 'utf8')).toBe(before);
    expect(readdirSync(first.output).filter((one) => /-0002-/.test(one))).toHaveLength(1);
  });

  it('takes nothing away from the session of the daemon, and ends by --seconds', async () => {
    const daemon = await connectAsync(broker.url, {
      clientId: 'pilegate-3302120001',
      clean: false,
      protocolVersion: 5,
    });
    atEnd(() => void daemon.end());
    await daemon.subscribeAsync('piles/+/session/end', { qos: 1 });
    const heard = new Promise<string>((resolve) => {
      daemon.once('message', (topic) => resolve(topic));
    });
    const { code, stderr } = await captured(broker, ['--seconds', '1'], [['piles/D001/session/end', '{}']]);
    expect([code, await heard, daemon.connected]).toEqual([0, 'piles/D001/session/end', true]);
    expect(stderr).toContain('1 message written');
  });

  it('says why it cannot listen', async () => {
    const dir = tempDir();
    const config = writeConfig(dir, {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: 'http://127.0.0.1:1/',
    });
    expect(await pilegate(['capture', '--config', config, '--output', join(dir, 'c')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing listens there'),
    });
    expect(await pilegate(['capture', '--config', config])).toMatchObject({ code: 2 });
    expect(await pilegate(['capture', '--config', config, '--output', '/proc/x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot write /proc/x'),
    });
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { type Finding, MOST_POSTS, RULES, tryRules } from '../../src/cli/gate-test/rules.ts';
import { identityOf, setUp } from '../../src/daemon/setup.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { EXAMPLE_OPERATOR } from '../../src/simulator/gate/dialects.ts';
import { parseFault } from '../../src/simulator/gate/fault-text.ts';
import { type GateOptions, type GateSimulator, startGate } from '../../src/simulator/gate/gate.ts';
import { listen } from '../gate/servers.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';

afterAll(cleanUp);

type Tested = 'carpark' | 'keytop' | 'bolink' | 'teld';

/** What each dialect's config has besides address and key. */
const GATES: Readonly<Record<Tested, Readonly<Record<string, unknown>>>> = {
  carpark: {},
  keytop: { portName: undefined, parkId: '1208', keytop: { appId: '10001' } },
  bolink: { portName: undefined, parkId: undefined, bolink: { comid: '1313', unionId: '200461' } },
  teld: { portName: undefined, keyFile: undefined, teld: { operatorId: EXAMPLE_OPERATOR.operatorId } },
};

async function simulated(options: Partial<GateOptions> = {}): Promise<GateSimulator> {
  const gate = await startGate({ key: TEST_KEY, ...options });
  atEnd(() => gate.close());
  return gate;
}

/** A config for a gate at this address, and the environment that it needs. */
function configOf(dialect: Tested, baseUrl: string, gate: Readonly<Record<string, unknown>> = {}) {
  const { operatorSecret, secrets } = EXAMPLE_OPERATOR;
  const config = writeConfig(tempDir(), {
    broker: { url: 'mqtt://127.0.0.1:1' },
    gateUrl: baseUrl,
    overrides: { gate: { dialect, timeout: '2s', ...GATES[dialect], ...gate } },
  });
  const env = {
    PILEGATE_GATE_OPERATOR_SECRET: operatorSecret,
    PILEGATE_GATE_DATA_SECRET: secrets.data,
    PILEGATE_GATE_DATA_SECRET_IV: secrets.iv,
    PILEGATE_GATE_SIG_SECRET: secrets.sig,
  };
  return { config, env: dialect === 'teld' ? env : {} };
}

/** What the rules find at a gate. */
async function findings(
  dialect: Tested,
  baseUrl: string,
  gate: Readonly<Record<string, unknown>> = {},
): Promise<Finding[]> {
  const { config, env } = configOf(dialect, baseUrl, gate);
  const { loaded, secrets } = setUp(config, env);
  return await tryRules(
    {
      settings: loaded.config.gate,
      secrets: secrets.gate.reveal(),
      identity: identityOf(loaded),
      zone: new StationZone('Asia/Shanghai'),
      version: '1.2.3',
      now: Date.now,
    },
    () => {},
  );
}

/** The rules that were broken, as they are named. */
function broken(found: readonly Finding[]): string[] {
  return found.flatMap(({ rule, ok, severity }) => (ok || severity === 'untried' ? [] : [rule]));
}

describe('a right gate keeps every rule', () => {
  it.each<[string, Tested, Partial<GateOptions>, Readonly<Record<string, unknown>>]>([
    ['the document', 'carpark', {}, {}],
    ['a plain Go receiver', 'carpark', { dialect: 'mux' }, {}],
    ['a gin receiver', 'carpark', { dialect: 'gin' }, {}],
    ['a PHP receiver', 'carpark', { dialect: 'php' }, { signEmptyFields: true }],
    ['a gate that wants no empty fields', 'carpark', {}, { emptyFields: 'omit' }],
    ['a gate with one address for all', 'carpark', { serviceField: 'name' }, { serviceField: 'name' }],
    ['KeyTop', 'keytop', {}, {}],
    ['bolink', 'bolink', {}, {}],
    ['T/CEC 102', 'teld', {}, {}],
  ])('%s', async (_, dialect, options, settings) => {
    const gate = await simulated({ dialect, ...options });
    const found = await findings(dialect, gate.url, settings);
    expect(found.map(({ rule, ok, tried }) => [rule, ok, tried.length > 0])).toEqual(
      RULES.map((rule) => [rule, true, true]),
    );
    expect(gate.requests).toBeLessThanOrEqual(MOST_POSTS);
  });

  it('whose habits are those of real platforms passes where each record is taken', async () => {
    const passing = { keytop: ['number', 'code-form'], bolink: ['plain-json', 'text-state', 'wrong-sign'] };
    const teld = ['ret1-success', 'wrong-sig', 'no-data', 'nested', 'glued', 'token-succstat-1'];
    for (const [dialect, habits] of [
      ['keytop', passing.keytop],
      ['bolink', passing.bolink],
      ['teld', teld],
    ] as const)
      for (const habit of habits) {
        const gate = await simulated({ dialect, faults: [{ kind: 'habit', habit }] });
        expect([habit, broken(await findings(dialect, gate.url))]).toEqual([habit, []]);
      }
  });
});

describe('a broken rule is found by its name', () => {
  it.each<[Tested, string, string[]]>([
    ['carpark', 'refuse', ['accept']],
    ['carpark', 'status=500', ['accept']],
    ['carpark', 'status=503,retry-after=5', ['accept']],
    ['carpark', 'latency=4s', ['accept']],
    ['carpark', 'reset-before', ['accept']],
    ['carpark', 'reset-after', ['accept']],
    ['carpark', 'no-answer', ['accept']],
    ['carpark', 'slow-body=6s', ['accept']],
    ['carpark', 'malformed', ['accept']],
    ['carpark', 'habit=two-objects', ['accept']],
    ['carpark', 'habit=same-key-twice', ['accept']],
    ['carpark', 'habit=error-400', ['accept']],
    ['carpark', 'habit=error-403', ['accept']],
    ['carpark', 'habit=message-only', ['accept']],
    ['carpark', 'habit=success-true', ['accept']],
    ['carpark', 'habit=code-0', ['accept']],
    ['carpark', 'habit=exists', ['accept']],
    ['carpark', 'habit=exists,order=-00$,after=1', ['repeat']],
    ['carpark', 'malformed={"result":0}', ['signature', 'required']],
    ['carpark', 'malformed={"result":0},after=1,count=1', ['signature']],
    ['carpark', 'malformed={"result":0},order=-2.$', ['required']],
    ['carpark', 'no-answer,order=-10$', ['signature']],
    ['carpark', 'refuse,order=-40$', ['optional-empty']],
    ['carpark', 'refuse=签名错误,order=-50$', ['extension']],
    ['carpark', 'refuse,order=-60$', ['text']],
    ['carpark', 'status=500,order=-61$', ['text']],
    ['carpark', 'no-answer,order=-71$', ['parallel']],
    ['carpark', 'reset-after,order=-81$', ['keep-alive']],
    ['keytop', 'habit=code-form-refusal', ['accept']],
    ['keytop', 'habit=not-authorised', ['accept']],
    ['keytop', 'habit=error-500', ['accept']],
    ['keytop', 'malformed={"resCode":"0"}', ['signature', 'required']],
    ['keytop', 'no-answer,order=-00$,after=1', ['repeat']],
    ['bolink', 'habit=errmsg-at-top', ['accept']],
    ['bolink', 'habit=car-is-out', ['accept']],
    ['bolink', 'malformed={"data":{"state":1}}', ['signature', 'required']],
    ['teld', 'habit=ret0-refusal', ['accept']],
    ['teld', 'habit=expired', ['accept']],
    ['teld', 'habit=busy', ['accept']],
    ['teld', 'habit=no-rule', ['accept']],
    ['teld', 'habit=token-refused', ['accept']],
    ['teld', 'habit=token-busy', ['accept']],
    ['teld', 'habit=token-ret-4005', ['accept']],
    ['teld', 'malformed={"Ret":0},order=-10$', ['signature']],
    ['teld', 'malformed={"Ret":0},order=-2.$', ['required']],
    ['teld', 'refuse,order=-7.$', ['parallel']],
  ])('%s, %s', async (dialect, fault, rules) => {
    const gate = await simulated({ dialect, faults: [parseFault(fault)] });
    expect(broken(await findings(dialect, gate.url))).toEqual(rules);
    expect(gate.requests).toBeLessThanOrEqual(MOST_POSTS);
  });

  it('where the gate is not there', async () => {
    const gate = await simulated();
    await gate.close();
    const found = await findings('carpark', gate.url);
    expect(broken(found)).toEqual(['accept']);
    expect(found.filter(({ severity }) => severity === 'untried').length).toBe(RULES.length - 1);
  });

  it('where the key is another', async () => {
    const gate = await simulated({ key: 'another' });
    const [accept] = await findings('carpark', gate.url);
    expect([accept?.rule, accept?.ok, accept?.tried[0]?.outcome]).toEqual([
      'accept',
      false,
      expect.objectContaining({ kind: 'refused', means: 'setup', description: '签名错误' }),
    ]);
  });

  it('where each answer closes its connection, as a warning', async () => {
    const gate = await simulated();
    const found = await findings('carpark', await closing(gate.url));
    expect(broken(found)).toEqual(['keep-alive']);
    expect(found.at(-1)).toMatchObject({ severity: 'warning', kept: false });
  });

  it('which required fields are not checked, each empty and left out', async () => {
    const gate = await simulated({ faults: [parseFault('malformed={"result":0},order=-2[0a]$')] });
    const required = (await findings('carpark', gate.url)).find(({ rule }) => rule === 'required');
    expect(required?.tried.length).toBe(20);
    expect(required?.tried.flatMap(({ sent, met }) => (met ? [] : [sent]))).toEqual([
      { what: 'empty', field: 'portName' },
      { what: 'missing', field: 'portName' },
    ]);
  });
});

describe('pilegate gate-test', () => {
  it('sends nothing where nobody says yes', async () => {
    const gate = await simulated();
    const { config } = configOf('carpark', gate.url);
    const ran = await pilegate(['gate-test', '--config', config, '--lang', 'en']);
    expect([ran.code, ran.stdout, gate.requests]).toEqual([2, '', 0]);
    expect(ran.stderr).toContain('--yes');
  });

  it('refuses a report of another form before it sends anything', async () => {
    const gate = await simulated();
    const { config } = configOf('carpark', gate.url);
    const ran = await pilegate(['gate-test', '--yes', '--report', 'gate.pdf', '--config', config]);
    expect([ran.code, gate.requests]).toEqual([2, 0]);
  });

  it('prints one JSON object a rule, and exits 0 where all are kept', async () => {
    const gate = await simulated();
    const { config } = configOf('carpark', gate.url);
    const ran = await pilegate(['gate-test', '--yes', '--json', '--config', config]);
    const objects: Record<string, unknown>[] = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([ran.code, objects.map(({ rule }) => rule)]).toEqual([0, [...RULES]]);
    for (const one of objects)
      expect(Object.keys(one)).toEqual(['rule', 'ok', 'severity', 'sent', 'expected', 'got']);
  });

  it.each(['html', 'md', 'json'])('writes a report without secrets as %s, and exits 1', async (ending) => {
    const words = `<script>${TEST_KEY}</script>`;
    const gate = await simulated({ faults: [{ kind: 'refuse', description: words, order: /-40$/ }] });
    const { config } = configOf('carpark', gate.url);
    const file = join(tempDir(), `gate.${ending}`);
    const args = ['gate-test', '--yes', '--report', file, '--config', config, '--lang', 'zh'];
    const ran = await pilegate(args);
    const report = readFileSync(file, 'utf8');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('不符合  optional-empty');
    expect(report).toContain('选填字段可以为空');
    expect(report).toContain('记录被拒收并停放');
    expect(report + ran.stdout).not.toContain(TEST_KEY);
    if (ending === 'html') expect(report).not.toContain('<script>');
  });

  it('says that the report cannot be written', async () => {
    const gate = await simulated();
    const { config } = configOf('carpark', gate.url);
    const taken = join(tempDir(), 'file');
    writeFileSync(taken, '');
    const ran = await pilegate([
      'gate-test',
      '--yes',
      '--report',
      join(taken, 'gate.md'),
      '--config',
      config,
    ]);
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('ENOTDIR')]);
  });

  it('keeps the secrets of a session out of what it prints', async () => {
    const gate = await simulated({ dialect: 'teld' });
    const { config, env } = configOf('teld', gate.url);
    const ran = await pilegate(['gate-test', '--yes', '--json', '--config', config], { env });
    expect(ran.code).toBe(0);
    const { operatorSecret, secrets } = EXAMPLE_OPERATOR;
    for (const secret of [operatorSecret, ...Object.values(secrets)])
      expect(ran.stdout).not.toContain(secret);
  });
});

/** A proxy before a gate that closes the connection after each answer. */
async function closing(gateUrl: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const answer = await fetch(new URL(request.url ?? '/', gateUrl), {
      method: 'POST',
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      body: new Uint8Array(await buffer(request)),
    });
    response.writeHead(answer.status, { connection: 'close', 'content-type': 'application/json' });
    response.end(await answer.text());
  });
  return `http://127.0.0.1:${await listen(server)}/`;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../src/config/loaded.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { dir, load, MINIMAL } from './support.ts';

describe('a config of the least that must be said', () => {
  it("has the contract's defaults", () => {
    expect(load(MINIMAL).config).toEqual({
      station: { id: '3302120001', name: '示例充电站', timeZone: 'Asia/Shanghai' },
      gate: {
        dialect: 'carpark',
        baseUrl: 'http://127.0.0.1:8080/',
        service: 'chargePile/chargingRecord',
        portName: 'example',
        parkId: '3302122004',
        timeout: 10_000,
        concurrency: 4,
        emptyFields: 'send',
        signEmptyFields: false,
        moneyUnit: 'yuan',
        extraFields: {},
        reply: {
          result: ['result', 'Result'],
          success: ['0'],
          description: ['description', 'Description', 'msg', 'message', 'desc', 'error'],
        },
        discount: { by: 'lot', time: 0, money: '0.00' },
        unanswered: 'retry',
        proxy: 'off',
        tls: {},
        refusals: [
          { match: '签名|未授权的车场|停车场不存在', means: 'setup' },
          { match: '缺少必要参数|非法参数|优惠规则', means: 'final' },
        ],
      },
      mqtt: {
        url: ['mqtt://127.0.0.1:1883'],
        clientId: 'pilegate-3302120001',
        protocol: 5,
        tls: {},
        sessionExpiry: 7 * 86_400_000,
        reconnect: { min: 500, max: 10_000 },
        maxPacket: 2 * 1_048_576,
        receiveMaximum: 1000,
        statusTopic: 'pilegate/3302120001/status',
      },
      sources: [
        {
          name: 'session-end',
          topic: 'piles/{deviceId}/session/end',
          encoding: 'utf-8',
          profile: 'pilegate',
          retained: 'accept',
          wait: 600_000,
        },
      ],
      contexts: [],
      devices: {},
      outbox: { path: join(dir, 'outbox.db'), keepDelivered: 30 * 86_400_000, maxSize: 2 * 2 ** 30 },
      quarantine: { maxRows: 100_000, maxBytes: 256 * 2 ** 20 },
      plausible: {
        ahead: 600_000,
        refuseAhead: 86_400_000,
        behind: 7 * 86_400_000,
        refuseBehind: 365 * 86_400_000,
      },
      delivery: {
        order: 'newest-first',
        outage: { min: 1000, max: 120_000, factor: 2 },
        refusal: { min: 60_000, max: 6 * 3_600_000, factor: 3, attempts: 8 },
      },
      http: { listen: { host: '127.0.0.1', port: 9640 }, showPlates: false },
      alerts: [],
      log: { level: 'info', format: 'auto' },
    });
  });

  it('may leave the values of optional keys empty', () => {
    const empty = MINIMAL.replace('gate:', 'gate:\n  serviceField:\n  tls: { ca: , cert: , key: }');
    expect(load(`${empty}mqtt:\n  username:\nhttp:\ncontexts:\n`).config).toEqual(load(MINIMAL).config);
  });
});

describe('the example', () => {
  const example = readFileSync(fileURLToPath(new URL('../../config.example.yaml', import.meta.url)), 'utf8');

  it('is a valid config', () => {
    const { config } = load(example);
    expect(config.sources.map(({ name }) => name)).toEqual(['session-end', 'meter-service', 'gateway']);
    expect(config.devices['D001']).toEqual({ name: '1号直流桩', spaceNo: 'A-01' });
  });

  it('shows each default as it is', () => {
    const spelt = example.replace(/^(\s*)# (\s*)(?=[a-z]\w*:|- \{)/gm, '$1$2');
    expect(spelt.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(5);
    expect(load(spelt).config).toEqual(load(example).config);
  });

  it('has every key there is', () => {
    const keys = [
      ...'station id name timeZone gate baseUrl service serviceField portName parkId keyFile timeout'.split(
        ' ',
      ),
      ...'concurrency emptyFields signEmptyFields moneyUnit extraFields reply result success description proxy tls ca cert key refusals'.split(
        ' ',
      ),
      ...'match means mqtt url clientId protocol username passwordFile sessionExpiry receiveMaximum'.split(
        ' ',
      ),
      ...'shareGroup statusTopic sources topic profile encoding where fields wait contexts keep late'.split(
        ' ',
      ),
      ...'devices spaceNo outbox path keepDelivered maxSize quarantine maxRows maxBytes delivery order'.split(
        ' ',
      ),
      ...'outage min max factor refusal attempts http listen showPlates alerts to urlFile uplink log level format'.split(
        ' ',
      ),
    ];
    expect(keys.filter((key) => !new RegExp(`\\b${key}:`).test(example))).toEqual([]);
  });
});

describe('what depends on the file and the environment', () => {
  it('makes paths absolute against the folder of the config', () => {
    const { config } = load(
      MINIMAL.replace(
        'gate:',
        `outbox: { path: ../state/o.db }\nmqtt: { passwordFile: /etc/p, tls: { ca: ca.pem } }\ngate:\n  keyFile: keys/g`,
      ).replace('mqtt: {', 'mqtt: { url: mqtts://broker,'),
    );
    expect(config.outbox.path).toBe(join(dir, '../state/o.db'));
    expect(config.mqtt.passwordFile).toBe('/etc/p');
    expect(config.mqtt.tls.ca).toBe(join(dir, 'ca.pem'));
    expect(config.gate).toMatchObject({ keyFile: join(dir, 'keys/g') });
  });

  it('puts the outbox into the state directory of the service, unless the config says where', () => {
    const env = { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' };
    expect(load(MINIMAL, env).config.outbox.path).toBe('/var/lib/a/outbox.db');
    expect(load(`${MINIMAL}outbox: { path: o.db }`, env).config.outbox.path).toBe(join(dir, 'o.db'));
  });

  it.each([
    ['', 'pilegate/3302120001/status', 'pilegate-3302120001'],
    ['{ clientId: a+b, shareGroup: g }', 'pilegate/3302120001/a_b/status', 'a+b'],
    [
      '{ statusTopic: "x/{stationId}/{clientId}" }',
      'x/3302120001/pilegate-3302120001',
      'pilegate-3302120001',
    ],
  ])('fills in the status topic for mqtt: %s', (mqtt, topic, clientId) => {
    expect(load(`${MINIMAL}mqtt: ${mqtt}`).config.mqtt).toMatchObject({ statusTopic: topic, clientId });
  });

  it('takes keys digit by digit, merges what is shared, and finds the place of both', () => {
    const loaded = load(
      `${MINIMAL}devices:\n  0012: &pile { name: 桩 }\n  D2:\n    <<: *pile\n    spaceNo: A\n`,
    );
    expect(loaded.config.devices).toEqual({ '0012': { name: '桩' }, D2: { name: '桩', spaceNo: 'A' } });
    expect(loaded.locate(['devices', 'D2', 'spaceNo'])).toBe(`${join(dir, 'config.yaml')}:12:14`);
    expect(loaded.locate(['devices', 'D2', 'name'])).toBe(`${join(dir, 'config.yaml')}:9:23`);
    expect(loaded.locate(['devices', 'D2', 'zzz', 'y'])).toBe(`${join(dir, 'config.yaml')}:10:3`);
    expect(loaded.locate(['sources', 0])).toBe(`${join(dir, 'config.yaml')}:7:5`);
  });

  it('warns of TLS files that a link without TLS never uses', () => {
    const { warnings } = load(`${MINIMAL}mqtt: { tls: { ca: a.pem } }\n`);
    expect(linesOf(warnings, inEnglish)).toBe(
      `${join(dir, 'config.yaml')}:8:9: mqtt.tls: has no effect, since mqtt.url is not encrypted`,
    );
  });
});

describe('values', () => {
  const read = (line: string) => load(`${MINIMAL}${line}\n`).config;

  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['10 m', 600_000],
  ])('reads the duration %s as %i ms', (text, ms) => {
    expect(load(MINIMAL.replace('gate:', `gate:\n  timeout: ${text}`)).config.gate.timeout).toBe(ms);
  });

  it.each([
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
  ])('reads the duration %s as %i ms', (text, ms) => {
    expect(read(`outbox: { keepDelivered: ${text} }`).outbox.keepDelivered).toBe(ms);
  });

  it.each([
    ['1048576B', 1_048_576],
    ['2048KiB', 2_097_152],
    ['3MiB', 3_145_728],
    ['2GiB', 2_147_483_648],
  ])('reads the size %s as %i bytes', (text, bytes) => {
    expect(read(`outbox: { maxSize: ${text} }`).outbox.maxSize).toBe(bytes);
  });

  it.each([
    ['off', undefined],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
    ['"[::1]:0"', { host: '::1', port: 0 }],
    ['localhost:9640', { host: 'localhost', port: 9640 }],
  ])('reads http.listen: %s', (text, expected) => {
    expect(read(`http: { listen: ${text} }`).http.listen).toEqual(expected);
  });

  it.each([
    ['5', 5],
    ['"5"', 5],
    ['3.1.1', '3.1.1'],
  ])('reads mqtt.protocol: %s', (text, expected) => {
    expect(read(`mqtt: { protocol: ${text} }`).mqtt.protocol).toBe(expected);
  });
});

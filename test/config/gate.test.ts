import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.ts';
import { linesOf } from '../../src/config/loaded.ts';
import { setUp } from '../../src/daemon/setup.ts';
import { Failure } from '../../src/domain/failure.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { dir, load, loadSecrets, mistakes, write } from './support.ts';

const gate = (text: string) => `station: { id: "3302120001", name: 示例充电站 }
sources:
  - { name: session-end, topic: "piles/{deviceId}/session/end", profile: pilegate }
gate:
  baseUrl: https://gate.example.com/base/
${text}`;
const KEYTOP = gate(`  dialect: keytop
  parkId: "1208"
  keytop: { appId: "10001" }
`);
const BOLINK = gate(`  dialect: bolink
  bolink: { comid: "1313", unionId: "200461" }
`);
const TELD = gate(`  dialect: teld
  parkId: "3302122004"
  teld: { operatorId: MA1234567 }
`);
const SECRETS = {
  PILEGATE_GATE_OPERATOR_SECRET: 'operatorSecret01',
  PILEGATE_GATE_DATA_SECRET: 'dataSecret000001',
  PILEGATE_GATE_DATA_SECRET_IV: 'dataSecretIV0001',
  PILEGATE_GATE_SIG_SECRET: 'sigSecret0000001',
};

beforeEach(() => {
  for (const name of ['gate.key', 'gate.operatorSecret', 'sig']) rmSync(join(dir, name), { force: true });
});

describe('the least that a dialect must be told', () => {
  it('is enough, with the safe defaults', () => {
    expect(load(KEYTOP).config.gate).toMatchObject({
      dialect: 'keytop',
      keytop: {
        appId: '10001',
        path: 'api/wec/SyncChargePilePay',
        version: '1.0.0',
        serviceCode: 'syncChargePilePay',
        unknownSpaceNo: '0',
      },
      discount: { by: 'lot' },
      unanswered: 'hold',
    });
    expect(load(BOLINK).config.gate).toMatchObject({
      bolink: { path: 'chargingPile/syncChargePilePay', bodyEncoding: 'base64' },
      unanswered: 'retry',
    });
    expect(load(TELD).config.gate).toMatchObject({ teld: { lotBy: 'ParkID' }, unanswered: 'hold' });
  });
});

describe('a mistake in a dialect', () => {
  it.each([
    [
      'a dialect that is none',
      gate('  dialect: keytopp\n'),
      '6:12: gate.dialect: "keytopp" is not allowed, allowed is carpark, keytop, bolink, teld',
    ],
    [
      "another dialect's key",
      `${KEYTOP}  portName: example\n`,
      '9:3: gate.portName: is a key of gate.dialect carpark, not of this one: delete it',
    ],
    [
      "another dialect's keys",
      `${BOLINK}  teld: { operatorId: x }\n`,
      '8:3: gate.teld: is a key of gate.dialect teld, not of this one: delete it',
    ],
    [
      'a park id of bolink',
      `${BOLINK}  parkId: "1"\n`,
      '8:3: gate.parkId: is a key of gate.dialect carpark|keytop|teld, not of this one: delete it',
    ],
    [
      'a key file of teld',
      `${TELD}  keyFile: gate.key\n`,
      '9:3: gate.keyFile: is a key of gate.dialect carpark|keytop|bolink, not of this one: delete it',
    ],
    [
      'a key that is nowhere',
      KEYTOP.replace('appId', 'appid'),
      '8:13: gate.keytop.appid: unknown key, did you mean appId?',
    ],
    [
      'a park id that is no number',
      KEYTOP.replace('"1208"', 'P-1'),
      '7:11: gate.parkId: "P-1" is not allowed, allowed is a whole number in quotes, such as "1208"',
    ],
    [
      'a discount without its time',
      `${KEYTOP}  discount: { by: time }\n`,
      '9:19: gate.discount.by: needs time beside it, such as 2h',
    ],
    [
      'a discount without its money',
      `${BOLINK}  discount: { by: money }\n`,
      '8:19: gate.discount.by: needs money beside it, such as "10.00"',
    ],
    [
      'a discount that a dialect has no field for',
      `${TELD}  discount: { by: all }\n`,
      '9:19: gate.discount.by: "all" is not allowed, allowed is lot, time, money',
    ],
    [
      'a time below the unit',
      `${TELD}  discount: { by: time, time: 90s }\n`,
      '9:31: gate.discount.time: is not a whole number of minutes: this dialect has no smaller unit',
    ],
    [
      'money that is none',
      `${BOLINK}  discount: { by: money, money: "ten" }\n`,
      '8:33: gate.discount.money: "ten" is not allowed, allowed is yuan such as "10.00"',
    ],
    [
      'a choice that is none',
      `${TELD}  unanswered: park\n`,
      '9:15: gate.unanswered: "park" is not allowed, allowed is retry, hold',
    ],
    [
      'an own key that is missing',
      gate('  dialect: teld\n  parkId: "1"\n'),
      '4:1: gate.teld: missing; expected what only the T/CEC 102 envelope has',
    ],
  ])('is named by its place: %s', (_, text, line) => {
    expect(mistakes(text)).toContain(`config.yaml:${line}`);
  });

  it('is a discount of the document’s interface, which has no field for it', () => {
    const carpark = gate('  portName: example\n  parkId: "1"\n  discount: { by: time, time: 2h }\n');
    expect(mistakes(carpark)).toEqual([
      'config.yaml:8:19: gate.discount.by: "time" is not allowed, allowed is lot',
    ]);
  });

  it("is an extension field that has the name of a dialect's own", () => {
    const taken = (text: string, name: string, env = {}) => {
      try {
        setUp(write(`${text}  extraFields: { ${name}: x }\n`), { PILEGATE_GATE_KEY: 'k', ...env });
      } catch (error) {
        return error instanceof Failure ? error.message.replace(`${dir}/`, '') : String(error);
      }
      return '';
    };
    expect(taken(KEYTOP, 'reqId')).toBe(
      'config.yaml:9:25: gate.extraFields.reqId: is a field of gate.dialect keytop already, choose another name',
    );
    expect(taken(BOLINK, 'car_number')).toContain('gate.extraFields.car_number');
    expect(taken(TELD, 'PlateNum', SECRETS)).toContain('gate.extraFields.PlateNum');
    expect(taken(TELD, 'ElecMoney', SECRETS)).toBe('');
  });
});

describe('the secrets of a dialect', () => {
  it('are one key, or the four of teld, each by file, credential or variable', () => {
    writeFileSync(join(dir, 'gate.operatorSecret'), 'operator beside\n');
    writeFileSync(join(dir, 'sig'), 'sigSecretByFile1\n');
    const { PILEGATE_GATE_OPERATOR_SECRET: _, ...env } = SECRETS;
    const text = TELD.replace('operatorId: MA1234567', 'operatorId: MA1234567, sigSecretFile: sig');
    expect(loadSecrets(load(text), env).gate.reveal()).toEqual({
      operatorSecret: 'operator beside',
      dataSecret: 'dataSecret000001',
      dataSecretIv: 'dataSecretIV0001',
      sigSecret: 'sigSecretByFile1',
    });
    const key = loadSecrets(load(BOLINK), { PILEGATE_GATE_KEY: 'AAAABBBBCCCCDDDD' }).gate;
    expect(key.reveal()).toEqual({ key: 'AAAABBBBCCCCDDDD' });
    expect(JSON.stringify(key)).not.toContain('AAAA');
  });

  it('are missed by name, all at once, and must fit the cipher', () => {
    const said = (env: NodeJS.ProcessEnv) => {
      try {
        loadSecrets(load(TELD), env);
      } catch (error) {
        return error instanceof Failure ? error.message.replaceAll(`${dir}/`, '').split('\n') : [];
      }
      return [];
    };
    expect(said({ ...SECRETS, PILEGATE_GATE_DATA_SECRET: '' })).toEqual([
      'config.yaml:8:3: gate.teld.dataSecretFile: no dataSecret anywhere: put it into gate.dataSecret, or name its file here, or set PILEGATE_GATE_DATA_SECRET',
    ]);
    expect(said({}).length).toBe(4);
    expect(said({ ...SECRETS, PILEGATE_GATE_DATA_SECRET_IV: 'short' })).toEqual([
      'config.yaml:8:3: gate.teld.dataSecretIvFile: environment PILEGATE_GATE_DATA_SECRET_IV has 5 bytes, allowed is exactly 16',
    ]);
    const odd = loadSecrets(load(TELD), { ...SECRETS, PILEGATE_GATE_SIG_SECRET: 'seventeen letters' });
    expect(linesOf(odd.warnings, inEnglish)).toContain('has 17 bytes, and known platforms give 16');
  });
});

describe('what a dialect requires and no source gives', () => {
  const fields = '{ orderNo: o, plateNo: p, startTime: s, endTime: e, deviceId: d }';
  const bare = (text: string) => text.replace('profile: pilegate', `fields: ${fields}`);
  const warnings = (text: string) =>
    setUp(write(text), { PILEGATE_GATE_KEY: 'k', ...SECRETS }).warnings.map((notice) =>
      linesOf([notice], inEnglish).replace(`${dir}/`, ''),
    );

  it('is said by keytop of space and amounts, with what is sent in their place', () => {
    const said = warnings(bare(KEYTOP));
    expect(said.length).toBe(5);
    expect(said[0]).toMatch(
      /^config\.yaml:3:\d+: sources\[0\]\.fields\.spaceNo: no rule gives spaceNo, which gate\.dialect keytop requires: 0 is sent in its place$/,
    );
    const fieldsNamed = said.map((line) => /no rule gives (\w+)/.exec(line)?.[1]);
    expect(fieldsNamed).toEqual(['spaceNo', 'power', 'elecMoney', 'seviceMoney', 'totalMoney']);
    const named = `${bare(KEYTOP)}devices: { D001: { spaceNo: A-01 } }\n`;
    expect(warnings(named).join('\n')).not.toContain('spaceNo');
  });

  it('is nothing where rules give it, or the dialect can do without', () => {
    expect(warnings(KEYTOP)).toEqual([]);
    expect(warnings(bare(BOLINK))).toEqual([]);
    expect(warnings(bare(TELD))).toEqual([]);
  });
});

it('boxes that differ by their car park alone have the same config', () => {
  const hash = (text: string) => configHash(load(text).config);
  expect(hash(KEYTOP)).toBe(hash(KEYTOP.replace('1208', '1209')));
  expect(hash(BOLINK)).toBe(hash(BOLINK.replace('1313', '1314')));
  expect(hash(TELD)).toBe(hash(TELD.replace('MA1234567', 'MA1234567, sigSecretFile: x')));
  expect(hash(TELD)).not.toBe(hash(TELD.replace('MA1234567', 'MA7654321')));
});

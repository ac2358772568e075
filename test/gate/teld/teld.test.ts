import { createDecipheriv, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, envelope, Sequence, sig } from '../../../src/gate/teld/envelope.ts';
import { openedText, readTeldReply, readTeldTokenReply } from '../../../src/gate/teld/reply.ts';
import { TELD_FIELDS, teldNotification, teldTokenQuery } from '../../../src/gate/teld/request.ts';
import { BEIJING } from '../../../src/gate/wire-values.ts';
import { anyRecord, exampleRecord } from '../dialect-records.ts';
import { ANSWERS, answer, EXAMPLE, STANDARD, TOKEN_QUERY } from './vectors.ts';

const { secrets } = EXAMPLE;
const SETTINGS = {
  teld: { operatorId: EXAMPLE.operatorId, lotBy: 'ParkID' },
  discount: { by: 'lot', time: 0, money: '' },
  extraFields: {},
} as const;
const example = { ...exampleRecord, parkId: '3302122004' };

/** Opens a body by our own reading of the standard. */
function independentlyOpen(body: Buffer): { plain: string; signed: boolean; fields: Record<string, string> } {
  const fields: Record<string, string> = JSON.parse(body.toString());
  const { OperatorID = '', Data = '', TimeStamp = '', Seq = '' } = fields;
  const aes = createDecipheriv('aes-128-cbc', secrets.data, secrets.iv);
  const plain = aes.update(Data, 'base64', 'utf8') + aes.final('utf8');
  const own = createHmac('md5', secrets.sig)
    .update(OperatorID + Data + TimeStamp + Seq, 'utf8')
    .digest('hex');
  return { plain, signed: fields['Sig'] === own.toUpperCase(), fields };
}

describe('the envelope', () => {
  test("has the Sig of the standard's appendix, and opens its Data", () => {
    expect(sig(['123456789', STANDARD.data, '20160729142400', '0001'], STANDARD.secrets)).toBe(
      '745166E8C43C84D37FFEC0F529C4136F',
    );
    const plain = decrypt(STANDARD.data, STANDARD.secrets);
    expect(plain).toMatch(/^\{"total":1,"stationStatusInfo":\{"operationID":"123456789",.*"soc":10,\}\}\}$/);
    expect(encrypt(plain ?? '', STANDARD.secrets)).toBe(STANDARD.data);
  });

  test('has the Sig of the published query_token, and opens its Data', () => {
    expect(sig(['123456789', TOKEN_QUERY.data, '20180120165755', '0001'], STANDARD.secrets)).toBe(
      'D2D584A14F3F284445DF85D0E8C0697C',
    );
    expect(decrypt(TOKEN_QUERY.data, STANDARD.secrets)).toBe(
      '{"OperatorID":"123456789",\n"OperatorSecret":"1234567890abcdef"}',
    );
  });

  test('of the worked query_token is the one that the specification prints', () => {
    const plain = teldTokenQuery(EXAMPLE.operatorId, 'operatorSecret01');
    const stamp = { timeStamp: '20261124091231', seq: '0001' };
    expect(JSON.parse(envelope(EXAMPLE.operatorId, plain, stamp, secrets).toString())).toEqual(
      EXAMPLE.tokenQuery,
    );
  });

  test('of the worked notification is the one that the specification prints', () => {
    const plain = teldNotification(example, SETTINGS, BEIJING);
    expect(plain).toBe(EXAMPLE.notificationPlain);
    const stamp = { timeStamp: '20261124091235', seq: '0001' };
    expect(JSON.parse(envelope(EXAMPLE.operatorId, plain, stamp, secrets).toString())).toEqual(
      EXAMPLE.notification,
    );
  });

  test('opens nothing that is no cipher text of these secrets, and never throws', () => {
    expect(decrypt('', secrets)).toBeUndefined();
    expect(decrypt('{"Ret":0}', secrets)).toBeUndefined();
    expect(decrypt('AAAA', secrets)).toBeUndefined();
    expect(decrypt(STANDARD.data, secrets)).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        decrypt(text, secrets);
      }),
    );
  });

  test('of any record is opened by an independent reader, and signed right', () => {
    const sequence = new Sequence();
    fc.assert(
      fc.property(anyRecord, (record) => {
        const body = envelope(
          'MA1',
          teldNotification(record, SETTINGS, BEIJING),
          sequence.next(1e12),
          secrets,
        );
        const { plain, signed } = independentlyOpen(body);
        expect(signed).toBe(true);
        const data = JSON.parse(plain);
        expect(TELD_FIELDS).toEqual(expect.arrayContaining(Object.keys(data)));
        expect(data).toMatchObject({
          StartChargeSeq: record.orderNo.toWellFormed(),
          PlateNum: record.plateNo.toWellFormed(),
          EndTime: record.endTime,
          CalculationMethod: 3,
        });
        expect(data.Power).toBe(record.power === '' ? undefined : Number(record.power));
        expect(data.ParkNo).toBe(record.spaceNo === '' ? undefined : record.spaceNo.toWellFormed());
      }),
    );
  });
});

describe('the sequence', () => {
  test('begins anew in every second and counts up within it', () => {
    const sequence = new Sequence();
    const at = Date.UTC(2026, 10, 24, 1, 12, 31);
    expect(sequence.next(at)).toEqual({ timeStamp: '20261124091231', seq: '0001' });
    expect(sequence.next(at + 999)).toEqual({ timeStamp: '20261124091231', seq: '0002' });
    expect(sequence.next(at + 1000)).toEqual({ timeStamp: '20261124091232', seq: '0001' });
  });

  test('gives no pair twice, however many there are in a second and however the clock is set', () => {
    const sequence = new Sequence();
    const given = new Set<string>();
    const at = Date.UTC(2026, 10, 24);
    for (let count = 0; count < 25_000; count += 1) {
      const { timeStamp, seq } = sequence.next(at - (count % 3) * 5000);
      given.add(`${timeStamp}${seq}`);
    }
    expect(given.size).toBe(25_000);
    expect([...given].filter((pair) => !/^\d{18}$/.test(pair))).toEqual([]);
  });
});

describe('the notification', () => {
  test.each([
    ['time', { CalculationMethod: 1, FreeParkingTimes: 120 }],
    ['money', { CalculationMethod: 2, FreeParkingCost: 10.5 }],
    ['lot', { CalculationMethod: 3 }],
  ] as const)('asks for a discount by %s in minutes and yuan', (by, fields) => {
    const discount = { by, time: 7_200_000, money: '10.50' };
    expect(JSON.parse(teldNotification(example, { ...SETTINGS, discount }, BEIJING))).toMatchObject(fields);
  });

  test('names the lot in StationID too where the platform looks it up there', () => {
    const data = JSON.parse(
      teldNotification(example, { ...SETTINGS, teld: { ...SETTINGS.teld, lotBy: 'StationID' } }, BEIJING),
    );
    expect(data).toMatchObject({ ParkID: '3302122004', StationID: '3302122004' });
  });
});

describe('the reply to a notification', () => {
  test.each([
    ['accepted', ANSWERS.accepted, { kind: 'accepted', words: '' }],
    [
      'refused though Ret is 0',
      ANSWERS.refusedUnderRet0,
      { kind: 'refused', code: '1', words: '成功 (ConfirmResult 1, PlateAutFailReason 6)', setup: false },
    ],
    ['accepted though Ret is 1', ANSWERS.acceptedUnderRet1, { kind: 'accepted', words: '充电记录处理成功' }],
  ])('of the specification is %s', (_, text, reply) => {
    expect(readTeldReply(text, secrets)).toEqual(reply);
  });

  test('is taken with a wrong Sig, which is worth a warning', () => {
    const text = answer(0, '', { ConfirmResult: 0 }, { Sig: '0'.repeat(32) });
    expect(readTeldReply(text, secrets)).toEqual({ kind: 'accepted', words: '', warning: 'wrong-sig' });
  });

  test('is opened once more where its Data is an answer of its own, sealed or not', () => {
    const inner = JSON.parse(answer(0, '成功', { ConfirmResult: 0 }));
    expect(readTeldReply(answer(0, '', inner), secrets)).toMatchObject({ kind: 'accepted', words: '成功' });
    expect(readTeldReply(JSON.stringify({ Ret: 0, Msg: '', Data: inner, Sig: '' }), secrets)).toMatchObject({
      kind: 'accepted',
    });
    const plain = JSON.stringify({ Ret: 0, Msg: '', Data: JSON.stringify(inner), Sig: '' });
    expect(readTeldReply(plain, secrets)).toMatchObject({ kind: 'accepted' });
    const refusal = JSON.parse(answer(1, '处理充电和优惠失败', { ConfirmResult: 1 }));
    expect(readTeldReply(answer(0, '', refusal), secrets)).toMatchObject({ kind: 'refused' });
  });

  test('behind a refused token counts: the platform has taken the record', () => {
    const both = answer(4002, 'token错误', undefined) + answer(0, '', { ConfirmResult: 0 });
    expect(readTeldReply(both, secrets)).toEqual({
      kind: 'accepted',
      words: '',
      warning: 'token-refused-too',
      tokenRefused: true,
    });
    const refused = answer(4002, 'token错误', undefined) + answer(1, '处理充电和优惠失败', undefined);
    expect(readTeldReply(refused, secrets)).toMatchObject({ kind: 'refused', words: '处理充电和优惠失败' });
    expect(readTeldReply(answer(4002, 'token错误', undefined), secrets)).toEqual({
      kind: 'token',
      words: 'token错误',
    });
  });

  test('behind a refused token that cannot be read leaves it open whether the record was taken', () => {
    const refused = answer(4002, 'token错误', undefined);
    for (const more of ['{"Ret":', '{"Ret":"?"}', '[]'])
      expect(readTeldReply(refused + more, secrets)).toMatchObject({ kind: 'cut', tokenRefused: true });
    expect(readTeldReply(refused, secrets, false)).toMatchObject({ kind: 'cut' });
  });

  test('is shown to people with its Data opened, but without a token', () => {
    const text = openedText(answer(0, '', { ConfirmResult: 1, PlateAutFailReason: 6 }), secrets);
    expect(JSON.parse(text)).toMatchObject({ Ret: 0, Data: { ConfirmResult: 1, PlateAutFailReason: 6 } });
    expect(openedText(answer(0, '', { AccessToken: 'tok-1' }), secrets)).not.toContain('tok-1');
    expect(openedText('<html>', secrets)).toBe('<html>');
  });

  test('to query_token is no token where it cannot travel in a header', () => {
    for (const AccessToken of ['a\r\nb', 'x'.repeat(5000), 'a b', '令牌'])
      expect(readTeldTokenReply(answer(0, '', { AccessToken }), secrets)).toMatchObject({ kind: 'refused' });
  });

  test('behind a refusal does not count', () => {
    const both = answer(1, '处理充电和优惠失败', undefined) + answer(0, '', { ConfirmResult: 0 });
    expect(readTeldReply(both, secrets)).toMatchObject({ kind: 'refused', code: '1' });
  });

  test.each([
    [-1, { kind: 'busy', words: 'x' }],
    [0, { kind: 'accepted', words: 'x', warning: 'no-confirm-result' }],
    [4001, { kind: 'refused', code: '4001', words: 'x', setup: true }],
    [4003, { kind: 'refused', code: '4003', words: 'x', setup: true }],
    [4004, { kind: 'refused', code: '4004', words: 'x', setup: false }],
    [4005, { kind: 'refused', code: '4005', words: 'x', setup: true }],
    [500, { kind: 'refused', code: '500', words: 'x', setup: false }],
    ['0', { kind: 'accepted', words: 'x', warning: 'no-confirm-result' }],
  ])('with Ret %j and no ConfirmResult is read by Ret', (ret, reply) => {
    expect(readTeldReply(JSON.stringify({ Ret: ret, Msg: 'x', Data: '', Sig: '' }), secrets)).toEqual(reply);
  });

  test.each(['', '<html></html>', '{}', '[]', '{"Msg":"x"}', '{"Ret":true}'])(
    'says nothing with %j',
    (text) => {
      expect(readTeldReply(text, secrets)).toBeUndefined();
    },
  );

  test('never throws, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((data) => answer(0, '', data)),
        ),
        (text) => {
          readTeldReply(text, secrets);
          readTeldTokenReply(text, secrets);
        },
      ),
    );
  });
});

describe('the reply to query_token', () => {
  test('of the specification holds its token and its time', () => {
    expect(readTeldTokenReply(ANSWERS.token, secrets)).toEqual({
      kind: 'token',
      token: { text: 'tok-20261124-01', seconds: 7200 },
    });
  });

  test('with a token is success whatever SuccStat and Ret say', () => {
    const text = answer(1, '', { AccessToken: 't', SuccStat: 1, FailReason: 1 });
    expect(readTeldTokenReply(text, secrets)).toEqual({
      kind: 'token',
      token: { text: 't', seconds: undefined },
    });
  });

  test('without one says why', () => {
    expect(
      readTeldTokenReply(answer(0, '', { AccessToken: '', SuccStat: 1, FailReason: 2 }), secrets),
    ).toEqual({
      kind: 'refused',
      code: '0',
      words: 'FailReason 2',
    });
    expect(readTeldTokenReply(answer(-1, '系统繁忙', undefined), secrets)).toMatchObject({ kind: 'busy' });
    expect(
      readTeldTokenReply(JSON.stringify({ Ret: 0, Msg: '', Data: STANDARD.data }), secrets),
    ).toMatchObject({
      kind: 'refused',
      words: 'its Data cannot be opened with our DataSecret',
    });
    expect(readTeldTokenReply('<html></html>', secrets)).toBeUndefined();
  });
});

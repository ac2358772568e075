import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { gb18030Bytes } from '../../src/cli/capture/gb18030.ts';
import { cellText, saysSame } from '../../src/cli/reconcile/list-values.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { pilegate } from '../support/cli.ts';
import { tempDir } from '../support/tmp.ts';
import { ARRIVED, DELIVERED, event, plateless, refused, stock } from './filled-outbox.ts';

vi.setConfig({ testTimeout: 180_000 });

const PILE = 'piles/D001/session/end';
let config = '';
const dir = tempDir();

beforeAll(async () => {
  const station = stock();
  config = station.config;
  for (const order of ['done', 'wrong', 'open', 'aside', 'extra']) await station.take(PILE, event(order));
  for (const order of ['done', 'wrong']) await station.end(order, [DELIVERED], 'delivered');
  await station.end('aside', [refused('没用匹配到优惠规则')], 'parked');
  await station.take('plateless/D001/end', plateless('waits'), Date.parse('2099-01-01T00:00:00+08:00'));
  await station.take(PILE, event('lost', { plateNo: '' }));
  station.outbox.close();
}, 60_000);

function list(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function reconcile(path: string, ...more: string[]) {
  const { code, stdout, stderr } = await pilegate(
    ['reconcile', path, '--config', config, '--json', ...more],
    {
      env: { LC_ALL: 'C.UTF-8' },
    },
  );
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, orders: lines.map((line) => JSON.parse(line)) };
}

const ORDERS = ['done', 'open', 'waits', 'aside', 'lost', 'nobody'];
const STATUSES = ['delivered', 'pending', 'waiting', 'parked', 'quarantined', 'missing'];

describe('reconcile', () => {
  it.each<[string, (text: string) => string | Uint8Array]>([
    ['UTF-8', (text) => text],
    ['UTF-8 with a mark and lines that end in CR LF', (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['GB18030', (text) => gb18030Bytes(text)],
    [
      'UTF-16 as spreadsheets write it',
      (text) => Buffer.from(`\uFEFF${text.replaceAll(',', '\t')}`, 'utf16le'),
    ],
  ])('names each order of a list in %s', async (name, encoded) => {
    const text = `序号,订单号,备注\n${ORDERS.map((order, n) => `${n},${order},"甲, 乙"`).join('\n')}\n`;
    const { code, orders, stderr } = await reconcile(list(`${name}.csv`, encoded(text)));
    expect(orders).toEqual(ORDERS.map((orderNo, n) => ({ orderNo, status: STATUSES[n], differs: {} })));
    expect(code).toBe(1);
    expect(stderr).toContain('6 orders in the list');
  });

  it('exits 0 where nothing is missing and nothing differs', async () => {
    const text =
      '订单号;车牌号码;结束时间;充电电量(kWh);总金额\n"=""done""";浙B·D12345;2026/11/24 9:12;32.150;¥25.1\nopen;;;;\naside;浙BD12345;2026-11-24 09:12:30;32.15;"25.10"\n';
    const { code, orders, stderr } = await reconcile(list('same.csv', text));
    expect(orders.map(({ status }) => status)).toEqual(['delivered', 'pending', 'parked']);
    expect(code).toBe(0);
    expect(stderr).toContain('plateNo=车牌号码');
  });

  it('says which fields differ: the value of the list, and that of the outbox', async () => {
    const text = '单号,车牌,电量,结束时间\nwrong,浙BD54321,30,2026-11-24 09:12:31\nwaits,浙BD1,,\n';
    const { code, orders } = await reconcile(list('differs.csv', text), '--column', 'orderNo=单号');
    expect(orders).toEqual([
      {
        orderNo: 'wrong',
        status: 'differs',
        differs: {
          plateNo: ['浙BD54321', '浙BD12345'],
          power: ['30', '32.15'],
          endTime: ['2026-11-24 09:12:31', '2026-11-24 09:12:30'],
        },
      },
      { orderNo: 'waits', status: 'waiting', differs: {} },
    ]);
    expect(code).toBe(1);
  });

  it('names what the list lacks, of the time that is asked for', async () => {
    const path = list('short.csv', 'orderNo\ndone\nopen\n');
    const day = await reconcile(path, '--since', '2026-11-24', '--until', '2026-11-25');
    expect(day.orders.filter(({ status }) => status === 'unlisted').map(({ orderNo }) => orderNo)).toEqual([
      'wrong',
      'aside',
      'extra',
    ]);
    expect(day.code).toBe(0);
    expect((await reconcile(path)).orders).toHaveLength(2);
    expect((await reconcile(path, '--since', '2026-11-25', '--until', '2026-11-26')).orders).toHaveLength(2);
    expect(ARRIVED).toBeGreaterThan(0);
  });

  it('says in words what is not delivered, and counts the rest', async () => {
    const path = list('words.csv', 'orderNo\ndone\nnobody\n,\n2.02611E+15\n');
    const { code, stdout, stderr } = await pilegate(['reconcile', path, '--config', config], {
      env: { LC_ALL: 'C.UTF-8' },
    });
    expect(stdout).toBe('nobody  missing\n2.02611E+15  missing\n');
    expect(stderr).toMatch(/3 orders in the list: 1 delivered, 2 missing/);
    expect(stderr).toMatch(/1 lines have no order number/);
    expect(stderr).toMatch(/rounded by a spreadsheet/);
    expect(code).toBe(1);
  });

  it.each<[string, string | undefined, readonly string[], number, RegExp]>([
    ['no column holds order numbers', 'a,b\n1,2\n', [], 2, /--column orderNo=NAME; it has a, b/],
    ['a column that is named is not there', 'orderNo\n1\n', ['--column', 'plateNo=牌'], 2, /no column 牌/],
    ['a field is none', 'orderNo\n1\n', ['--column', 'plate=x'], 2, /FIELD is one of/],
    ['the list is empty', '', [], 1, /holds no line/],
    ['the list is not there', undefined, [], 1, /cannot read/],
  ])('ends with what is wrong where %s', async (_, text, more, code, words) => {
    const path = text === undefined ? join(dir, 'no-such.csv') : list('wrong.csv', text);
    const found = await reconcile(path, ...more);
    expect(found.code).toBe(code);
    expect(found.stderr).toMatch(words);
  });
});

describe('a cell', () => {
  const zone = new StationZone('Asia/Shanghai');
  it.each([
    ['="2026112400001"', '2026112400001'],
    ["'2026112400001", '2026112400001'],
    ['\t2026112400001 ', '2026112400001'],
    ['', ''],
  ])('%j is the text %j', (cell, text) => {
    expect(cellText(cell)).toBe(text);
  });

  it.each([
    ['totalMoney', '1,234.50', '1234.50', true],
    ['totalMoney', '25.1元', '25.10', true],
    ['totalMoney', '25.11', '25.10', false],
    ['power', 'much', '25.10', false],
    ['endTime', '2026年11月24日 9:12', '2026-11-24 09:12:30', true],
    ['endTime', '2026-11-24T09:12:30+08:00', '2026-11-24 09:12:30', true],
    ['endTime', '2026/11/24 9:13', '2026-11-24 09:12:30', false],
    ['plateNo', '浙b·d12345', '浙BD12345', true],
    ['plateNo', '', '浙BD12345', true],
  ] as const)('of %s, %s, says %s: %s', (field, cell, recorded, same) => {
    expect(saysSame(field, cell, recorded, zone)).toBe(same);
  });
});

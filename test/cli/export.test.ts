import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { csvCell } from '../../src/cli/export.ts';
import { type CliResult, pilegate } from '../support/cli.ts';
import { TEST_KEY, tempDir } from '../support/tmp.ts';
import { ARRIVED, DELIVERED, event, refused, type Stocked, stock } from './filled-outbox.ts';
import { wrongUsage } from './usage.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PILE = 'piles/D001/session/end';
const MANY = 700;

const HEAD =
  'state,receivedAt,deliveredAt,attempts,lastOutcome,lastError,portName,parkId,orderNo,plateNo,startTime,endTime,' +
  'stationId,stationName,deviceId,deviceName,spaceNo,power,elecMoney,seviceMoney,totalMoney';

let station: Stocked;
let run: (...args: string[]) => Promise<CliResult>;

beforeAll(async () => {
  station = stock({ devices: { D001: { name: '1号"直流", 桩', spaceNo: 'A-01' } } });
  await station.take(PILE, event('X1'), ARRIVED);
  await station.take(PILE, event('X2'), ARRIVED + 1_000);
  await station.end('X2', [refused('处理充电和优惠失败'), DELIVERED], 'delivered');
  const rest = Array.from({ length: MANY - 2 }, (_, n) => n);
  await Promise.all(rest.map((n) => station.take(PILE, event(`Y${n}`), ARRIVED + 60_000 + n)));
  run = (...args) =>
    pilegate(['export', '--config', station.config, ...args], { env: { LC_ALL: 'C.UTF-8' } });
});

describe('export', () => {
  it('is CSV, the first to arrive first, with quotes where they must be', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, `${MANY} records exported\n`]);
    const [head, ...lines] = stdout.split('\n');
    expect(head).toBe(HEAD);
    expect(lines[0]).toBe(
      'pending,2026-11-24T09:12:31.042+08:00,,0,,,example,3302122004,X1,浙BD12345,2026-11-24 08:00:00,' +
        '2026-11-24 09:12:30,3302120001,示例充电站,D001,"1号""直流"", 桩",A-01,32.15,,,25.10',
    );
    expect(lines[1]).toMatch(
      /^delivered,2026-11-24T09:12:32.042\+08:00,2026-11-24T09:13:32.084\+08:00,2,delivered,,/,
    );
    expect(lines).toHaveLength(MANY + 1);
  });

  it('is NDJSON with event and attempts, and chooses as records list does', async () => {
    const { stdout, stderr } = await run(
      '--format',
      'ndjson',
      '--state',
      'delivered',
      '--since',
      '2026-11-24',
      '--until',
      '2026-11-25',
    );
    expect(stderr).toBe('1 record exported\n');
    expect(JSON.parse(stdout)).toMatchObject({
      orderNo: 'X2',
      deliveredAt: '2026-11-24T09:13:32.084+08:00',
      event: { topic: PILE, payload: event('X2') },
      history: [{ outcome: 'refused' }, { outcome: 'delivered' }],
    });
  });

  it('goes into a file that is there only once it is whole', async () => {
    const file = join(tempDir(), 'all.csv');
    const { code, stdout, stderr } = await run('--output', file, '--bom', '--lang', 'zh');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: `已导出 ${MANY} 条记录到 ${file}\n`,
    });
    const text = readFileSync(file, 'utf8');
    expect(text.startsWith(`\uFEFF${HEAD}\n`)).toBe(true);
    expect(text.split('\n')).toHaveLength(MANY + 2);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('leaves an older file as it was where it fails', async () => {
    const file = join(tempDir(), 'old.csv');
    writeFileSync(file, 'old');
    await wrongUsage(['export', '--output', file, '--since', 'nonsense', '--config', station.config]);
    expect(readFileSync(file, 'utf8')).toBe('old');
    const nowhere = await run('--output', '/nowhere/new.csv');
    expect(nowhere).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('cannot write the export to /nowhere/new.csv'),
    });
  });

  it('holds no key', async () => {
    const { stdout } = await run('--format', 'ndjson');
    expect(stdout).not.toContain(TEST_KEY);
  });
});

describe('a cell of CSV', () => {
  // biome-ignore format: a table
  it.each([
    ['plain', 'plain'],
    ['-12.50', '-12.50'],
    ['+8613800000000', '+8613800000000'],
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+cmd|x', "'+cmd|x"],
    ['-1+1', "'-1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['＋1A', "'＋1A"],
    ['－1A', "'－1A"],
    ['＠A1', "'＠A1"],
    ['\t=1', "'\t=1"],
    ['\tplain', "'\tplain"],
    ['\r=1', `"'\r=1"`],
    [' =1+1', "' =1+1"],
    ['"=1+1', `"'""=1+1"`],
    ["'=1+1", "''=1+1"],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u009bb\u200bc\ufeff', 'a\\u009bb\\u200bc\\ufeff'],
    ['a\nb', '"a\nb"'],
    ['', ''],
  ])('%j is %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });
});

describe('a link that lies where the unfinished export would', () => {
  it('is not written through', async () => {
    const folder = tempDir();
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    const output = join(folder, 'out.csv');
    symlinkSync(victim, `${output}.part`);
    expect((await run('--output', output)).code).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(readFileSync(output, 'utf8')).toContain(HEAD);
  });
});

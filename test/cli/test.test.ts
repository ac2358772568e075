import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pilegate } from '../support/cli.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';

const SOURCES = "sources: [ { name: s, topic: 'piles/{deviceId}/session/end', profile: pilegate } ]";
const SESSION =
  '{"orderNo":"1","plateNo":"浙BD12345","startTime":"2026-11-24 08:00:00","endTime":"2026-11-24 09:12:30","power":32.15}';
const CASE = `# an ordinary session
config: { ${SOURCES} }
now: 2026-11-29T08:00:00+08:00
messages:
  - { topic: piles/D001/session/end, payload: '${SESSION}' }
expect:
  records:
    - { orderNo: "1", power: 32.15, deviceId: D001 }  # by its number
`;

/** A folder with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  const dir = tempDir();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

/** Runs the command; what it printed is taken apart where that is JSON. */
async function test(...args: string[]) {
  const ran = await pilegate(['test', ...args]);
  return {
    ...ran,
    objects: args.includes('--json')
      ? ran.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [],
  };
}

describe('pilegate test', () => {
  it('exits 0 where all is as expected, and needs no config, key or broker', async () => {
    const dir = folder({
      'b.yaml': CASE,
      'a.json':
        '{"messages":[],"config":{"sources":[{"name":"s","topic":"x","profile":"pilegate"}]},"expect":{}}',
      'README.md': '# no case',
    });
    expect(await test(dir)).toMatchObject({ code: 0, stdout: '', stderr: '2 cases: 2 as expected\n' });
    const { objects } = await test('--json', dir);
    expect(objects).toEqual([
      { file: join(dir, 'a.json'), ok: true, differences: [] },
      { file: join(dir, 'b.yaml'), ok: true, differences: [] },
    ]);
  });

  it('exits 1 where one differs, and says what is not as expected', async () => {
    const dir = folder({ 'a.yaml': CASE.replace('32.15, dev', '32.2, dev'), 'b.yaml': CASE });
    const { code, stdout, stderr } = await test(dir);
    expect([code, stdout, stderr]).toEqual([
      1,
      `${join(dir, 'a.yaml')}: 1 difference\n  record 1: power is "32.15", expected "32.2"\n`,
      '2 cases: 1 as expected, 1 differ\n',
    ]);
    const { objects } = await test('--json', join(dir, 'a.yaml'));
    expect(objects).toMatchObject([
      {
        ok: false,
        differences: [
          { kind: 'records', what: 'differs', fields: { power: { expected: '32.2', got: '32.15' } } },
        ],
      },
    ]);
  });

  it('exits 2 where one cannot be read, and runs the others', async () => {
    const dir = folder({ 'a.yaml': 'messages: [ { topic: x } ]\nmesages: []\n', 'b.yaml': CASE });
    const { code, stderr } = await test(dir);
    expect(code).toBe(2);
    expect(stderr).toContain(`${join(dir, 'a.yaml')}:2:1: mesages: unknown key, did you mean messages?`);
    expect(stderr).toContain('2 cases: 1 as expected, 1 cannot be read');
    const json = await test('--json', dir);
    expect(json.code).toBe(2);
    expect(json.objects[0]).toMatchObject({ ok: false, mistakes: [{ line: 2, column: 1, key: 'mesages' }] });
  });

  it("names a mistake in a case's config or clock at its place", async () => {
    const dir = folder({
      'key.yaml': CASE.replace('profile: pilegate', 'profil: pilegate'),
      'rule.yaml': CASE.replace('profile: pilegate', 'fields: { orderNo: "a b" }'),
      'now.yaml': CASE.replace('2026-11-29T08', 'x'),
    });
    const { code, stderr } = await test(dir);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /key\.yaml:2:\d+: config\.sources\[0\]\.profil: unknown key, did you mean profile\?/,
    );
    expect(stderr).toMatch(/rule\.yaml:2:\d+: config\.sources\[0\]\.fields\.orderNo: /);
    expect(stderr).toMatch(/now\.yaml:3:\d+: now: is not a time/);
  });

  it('exits 2 for a folder without cases and a file that is not there', async () => {
    const dir = tempDir();
    expect(await test(dir)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${dir}: no case files in it`),
    });
    expect(await test(join(dir, 'x.yaml'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no such file'),
    });
    expect(await test()).toMatchObject({ code: 2 });
  });

  it('lays a case over the config that is named, top-level key by top-level key', async () => {
    const dir = tempDir();
    const config = writeConfig(dir, {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: 'http://127.0.0.1:1/',
      overrides: { devices: { D001: { spaceNo: 'A-01' } } },
    });
    const cases = join(dir, 'cases');
    mkdirSync(cases);
    const plain = CASE.replace(/config: .*\n/, '').replace('deviceId: D001', 'spaceNo: A-01');
    writeFileSync(join(cases, 'plain.yaml'), plain);
    writeFileSync(
      join(cases, 'over.yaml'),
      CASE.replace(/config: .*\n/, 'config: { devices: { D001: { spaceNo: B-2 } } }\n').replace(
        'deviceId: D001',
        'spaceNo: B-2',
      ),
    );
    writeFileSync(join(cases, 'part.yml'), 'devices: { D001: { spaceNo: C-3 } }\n');
    writeFileSync(
      join(cases, 'path.yaml'),
      CASE.replace(/config: .*\n/, 'config: part.yml\n').replace('deviceId: D001', 'spaceNo: C-3'),
    );
    expect(await test(cases, '--config', config)).toMatchObject({
      code: 0,
      stderr: '3 cases: 3 as expected\n',
    });
  });

  it('exits 78 where the config below the cases is wrong or not there', async () => {
    const dir = folder({ 'a.yaml': CASE, 'config.yaml': 'statio: 1\n' });
    const wrong = await test(join(dir, 'a.yaml'), '--config', join(dir, 'config.yaml'));
    expect([wrong.code, wrong.stderr]).toEqual([
      78,
      expect.stringContaining('config.yaml:1:1: statio: unknown key'),
    ]);
    expect(await test(join(dir, 'a.yaml'), '--config', join(dir, 'none.yaml'))).toMatchObject({ code: 78 });
  });

  it('reads payloads from files beside the case, which are no cases themselves', async () => {
    const dir = folder({
      'a.yaml': CASE.replace(/payload: '.*' }/, 'file: session.json }'),
      'session.json': SESSION,
    });
    expect(await test(dir)).toMatchObject({ code: 0, stderr: '1 case: 1 as expected\n' });
  });

  it('leaves no temporary folder behind', async () => {
    const left = () =>
      [tmpdir(), '/dev/shm'].flatMap((path) =>
        readdirSync(path).filter((name) => /^pilegate-[^t]/.test(name)),
      );
    const before = left();
    await test(folder({ 'a.yaml': CASE }));
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });
});

const CONTEXT = `
config:
  sources:
    - name: s
      topic: 'piles/{deviceId}/session/end'
      profile: pilegate
      wait: 10m
      fields: { plateNo: { context: plate, key: { device: spaceNo } } }
  contexts: [ { name: plate, topic: 'cameras/{spaceNo}/plate', key: { topic: spaceNo }, fields: { plateNo: plate } } ]
  devices: { D001: { spaceNo: A-01 } }
now: 2026-11-29T08:00:00+08:00
`;
const END = `{ topic: piles/D001/session/end, payload: { orderNo: "1", startTime: "2026-11-24 08:00:00", endTime: "2026-11-24 09:12:30" }, at: 1m }`;
const SEEN = '{ topic: cameras/A-01/plate, payload: { plate: 浙B77777 }';

it('lets waits end by the clock of the case', async () => {
  const cases: Record<string, [messages: string[], expected: string, more?: string]> = {
    'waits at its end': [[END], 'waiting: [ { orderNo: "1" } ]'],
    'is complete by what came before': [
      [`${SEEN} }`, END],
      'records: [ { orderNo: "1", plateNo: 浙B77777 } ]',
    ],
    'is complete by what comes within the wait': [
      [END, `${SEEN}, at: 11m }`],
      'records: [ { plateNo: 浙B77777 } ]',
    ],
    'has expired by what comes after it': [
      [END, `${SEEN}, at: 661s }`],
      'quarantine: [ { kind: expired, field: plateNo, orderNo: "1" } ]',
    ],
    'has expired where time passes without a message': [
      [END],
      'quarantine: [ { kind: expired, field: plateNo } ]',
      'until: 11m',
    ],
    'still waits a moment before': [[END], 'waiting: [ { orderNo: "1" } ]', 'until: 659999ms'],
  };
  const files = Object.entries(cases).map(([name, [messages, expected, more = '']]) => [
    `${name}.yaml`,
    `${CONTEXT}${more}\nmessages:\n${messages.map((one) => `  - ${one}\n`).join('')}expect: { ${expected} }\n`,
  ]);
  const { stdout, stderr } = await test(folder(Object.fromEntries(files)));
  expect([stdout, stderr]).toEqual(['', '6 cases: 6 as expected\n']);
});

describe('pilegate test --update', () => {
  it("writes today's result, and keeps comments, form and mode", async () => {
    const wrong = CASE.replace('32.15, dev', '31, dev').replace(
      'by its number\n',
      'by its number\n    - { orderNo: gone }\n  ignored: 3\n',
    );
    const dir = folder({ 'a.yaml': wrong, 'right.yaml': CASE });
    chmodSync(join(dir, 'a.yaml'), 0o640);
    symlinkSync(join(dir, 'a.yaml'), join(dir, 'link.yaml'));
    const ran = await test('--update', join(dir, 'link.yaml'), join(dir, 'right.yaml'));
    expect([ran.code, ran.stderr]).toEqual([
      0,
      `${join(dir, 'link.yaml')}: expect is written as the result is today\n2 cases: 1 as expected, 1 updated\n`,
    ]);
    expect(readFileSync(join(dir, 'a.yaml'), 'utf8')).toBe(`${CASE}  ignored: 0\n`);
    expect(statSync(join(dir, 'a.yaml')).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(dir, 'right.yaml'), 'utf8')).toBe(CASE);
    expect(await test(dir)).toMatchObject({ code: 0 });
  });

  it('writes a whole expectation where there is none', async () => {
    const dir = folder({ 'a.yaml': CASE.replace(/expect:[\s\S]*/, '') });
    expect(await test(dir)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('it has no expect: run pilegate test --update'),
    });
    expect(await test('--update', dir)).toMatchObject({ code: 0 });
    expect(readFileSync(join(dir, 'a.yaml'), 'utf8')).toMatch(
      /\nexpect:\n {2}records:\n {4}- \{ orderNo: "1", plateNo: 浙BD12345, startTime: 2026-11-24 08:00:00, .*\}\n$/,
    );
    expect(await test(dir)).toMatchObject({ code: 0 });
  });
});

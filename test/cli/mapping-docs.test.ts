import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { PROFILES } from '../../src/mapping/profiles.ts';
import { pilegate } from '../support/cli.ts';
import { tempDir } from '../support/tmp.ts';

/** The users' document on rules, in both languages. */
const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const ENGLISH = readFileSync(join(DOCS, 'mapping.md'), 'utf8');
const CHINESE = readFileSync(join(DOCS, 'mapping.zh-CN.md'), 'utf8');

/** What stands between the fences of a language (`''` for none). */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , block = '']) => block);
}

/** Examples without their comments, which are in the document's language. */
function bare(text: string): unknown[] {
  return blocks(text, 'yaml').map((block): unknown => parse(block));
}

/** The rows of the table under a heading, by their first cell. */
function rowsUnder(text: string, heading: string): string[][] {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  return (section.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
    .slice(1)
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
}

describe('the examples of docs/mapping.md', () => {
  it('become what they say', async () => {
    const cases = blocks(ENGLISH, 'yaml').filter((block) => /^messages:/m.test(block));
    expect(cases.length).toBeGreaterThan(15);
    const folder = tempDir();
    for (const [i, block] of cases.entries())
      writeFileSync(join(folder, `${String(i).padStart(2, '0')}.yaml`), block);
    const { code, stdout, stderr } = await pilegate(['test', folder], { limitMs: 60_000 });
    expect([stdout, stderr]).toEqual(['', `${cases.length} cases: ${cases.length} as expected\n`]);
    expect(code).toBe(0);
  });

  it('are explained by check --event as they say', async () => {
    const [source = ''] = blocks(ENGLISH, 'yaml').filter((block) => block.startsWith('- name:'));
    const [event = ''] = blocks(ENGLISH, 'json');
    const [printed = ''] = blocks(ENGLISH, '').filter((block) => block.startsWith('FIELD'));
    const folder = tempDir();
    const config = {
      station: { id: 'ST-001', name: '北站' },
      gate: { baseUrl: 'http://127.0.0.1:1', portName: 'p', parkId: '1', keyFile: 'gate.key' },
      mqtt: { url: 'mqtt://127.0.0.1:1' },
      outbox: { path: join(folder, 'outbox.db') },
      sources: parse(source) as unknown,
      contexts: [{ name: 'plate', topic: 'cameras/{s}', key: { topic: 's' }, fields: { plateNo: 'plate' } }],
      devices: { D001: { spaceNo: 'A-01' } },
    };
    writeFileSync(join(folder, 'config.yaml'), stringify(config));
    writeFileSync(join(folder, 'gate.key'), 'a key of thirty-two characters!!', { mode: 0o600 });
    writeFileSync(join(folder, 'done.json'), event);
    const args = ['check', '--config', join(folder, 'config.yaml'), '--event', join(folder, 'done.json')];
    const { stdout, stderr } = await pilegate([...args, '--topic', 'csms/北/D001/completed']);
    const words = (text: string) => text.replaceAll(/ +/g, ' ').trim();
    const lines = `${stdout}\n${stderr}`.split('\n').map(words);
    expect(lines).toEqual(expect.arrayContaining(printed.trim().split('\n').map(words)));
  });

  it('are the same in Chinese', () => {
    expect(bare(CHINESE)).toEqual(bare(ENGLISH));
    expect(blocks(CHINESE, 'json')).toEqual(blocks(ENGLISH, 'json'));
  });
});

describe.each([
  ['in English', ENGLISH, ['Profiles', 'Systems']],
  ['in Chinese', CHINESE, ['模板', '系统']],
] as const)('the tables %s', (_, text, [profiles, systems]) => {
  it('have every profile', () => {
    const named = rowsUnder(text, profiles).map(([name = '']) => name.replaceAll('`', ''));
    expect(new Set(named)).toEqual(new Set(PROFILES.keys()));
  });

  it('show each of 35 systems by a case that is there, 32 of them plainly', () => {
    const rows = rowsUnder(text, systems);
    expect(rows).toHaveLength(35);
    expect(rows.filter(([, , , , , now]) => now === 'y')).toHaveLength(32);
    for (const row of rows) {
      const links = [...(row.at(-1) ?? '').matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
      expect(links.length, row[0]).toBeGreaterThan(0);
      for (const link of links) expect(existsSync(join(DOCS, link)), link).toBe(true);
    }
  });
});

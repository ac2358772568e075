import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generatedDocs } from '../../scripts/docs.ts';
import { configSchema } from '../../src/config/schema.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const docs = await generatedDocs();

function made(path: string): string {
  return docs.get(path) ?? '';
}

/** What bash offers for a line, cut into words as readline does: `=` is one of its own. */
function offered(line: string): string[] {
  const words = line.split(/ |(=)/).filter((word) => word !== undefined);
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pilegate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const file = join(ROOT, 'docs/generated/pilegate.bash');
  const said = execFileSync('bash', ['-uc', script, 'bash', file, ...words], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return said.split('\n').filter((word) => word !== '');
}

it.each([...docs.keys()])('%s is what `npm run docs` makes today', (path) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(made(path));
});

describe('the config reference', () => {
  it('has a section for each of the schema, and says default, range and words of a key', () => {
    const text = made('docs/config.md');
    for (const name of Object.keys(configSchema.shape)) expect(text).toContain(`\n## ${name}\n`);
    expect(text).toContain('| `gate.timeout` | duration, 100ms to 10m | `10s` |');
    expect(text).toContain('| `outbox.maxSize` | size, 1MiB to 1024GiB | `2GiB` |');
    expect(text).toContain('| `gate.emptyFields` | `send`, `omit` | `send` |');
    expect(text).toContain('| `mqtt.receiveMaximum` | whole number, 1 to 65535 | `1000` |');
    expect(text).toContain('| `expr` | text |');
    expect(text).toMatch(/\| `sources\[\]\.wait` \| duration, \S+ to \S+ \|/);
  });

  it('has the same keys in Chinese, each with its meaning', () => {
    const [english, chinese] = ['docs/config.md', 'docs/config.zh-CN.md'].map((path) =>
      made(path)
        .split('\n')
        .filter((line) => line.startsWith('| `')),
    );
    const keys = (lines: readonly string[] = []) => lines.map((line) => line.split(' | ')[0]);
    expect(keys(chinese)).toEqual(keys(english));
    for (const line of chinese ?? []) expect(line).toMatch(/[\u4e00-\u9fff][^|]* \|$/);
    expect(made('docs/config.zh-CN.md')).toContain(
      '| `gate.timeout` | 时长，100ms 到 10m | `10s` | 单次请求的最长时间 |',
    );
  });
});

describe('the man page', () => {
  it.runIf(spawnSync('groff', ['--version']).error === undefined)('gives groff nothing to warn of', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], {
      input: made('docs/generated/pilegate.1'),
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('浙BD12345');
  });

  it('tells every command and every exit code', () => {
    const text = made('docs/generated/pilegate.1');
    for (const name of ['run', 'records retry', 'quarantine discard', 'simulate gate', 'demo'])
      expect(text).toMatch(new RegExp(`^\\.SS "pilegate ${name}`, 'm'));
    for (const code of [0, 1, 2, 78]) expect(text).toContain(`\\fB${code}\\fR`);
  });
});

describe('the completion for bash', () => {
  it.each([
    ['pilegate reco', ['reconcile', 'records']],
    ['pilegate records ', ['list', 'park', 'resend', 'retry', 'show']],
    ['pilegate simulate p', ['piles']],
    ['pilegate help exp', ['export']],
    ['pilegate records list --st', ['--state']],
    ['pilegate records list --state p', ['pending', 'parked']],
    ['pilegate records list --state=d', ['delivered']],
    ['pilegate export --format ', ['csv', 'ndjson']],
    ['pilegate --lang zh quarantine ', ['discard', 'list', 'replay', 'show']],
    ['pilegate --lang=zh status --w', ['--watch']],
    ['pilegate --config records stat', ['status']],
    ['pilegate status --lang ', ['zh', 'en']],
    ['pilegate check --event package.j', ['package.json']],
    ['pilegate --config=package.j', ['package.json']],
    ['pilegate records list --plate ', []],
    ['pilegate run ', []],
  ])('offers for `%s` %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });
});

describe('the completion for zsh', () => {
  it('has a function for every command, and knows files and words', () => {
    const text = made('docs/generated/_pilegate');
    expect(text.startsWith('#compdef pilegate\n')).toBe(true);
    for (const name of ['run', 'records_list', 'quarantine_replay', 'simulate_broker'])
      expect(text).toContain(`\n_pilegate_${name}() {`);
    expect(text).toMatch(/'--format\[[^']*\]:format:\(csv ndjson\)'/);
    expect(text).toMatch(/'--key-file\[.*\]:file:_files'/);
  });

  it.runIf(spawnSync('zsh', ['--version']).error === undefined)('can be read by zsh', () => {
    const { stderr, status } = spawnSync('zsh', ['-n', join(ROOT, 'docs/generated/_pilegate')], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});

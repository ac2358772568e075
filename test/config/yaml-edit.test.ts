import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Path } from '../../src/config/mistakes.ts';
import { type Plain, YamlEditor } from '../../src/config/yaml-edit.ts';

/** The text after some edits. */
function edited(source: string, ...edits: ((editor: YamlEditor) => void)[]): string {
  const editor = new YamlEditor(source);
  for (const edit of edits) edit(editor);
  return editor.toString();
}
const set = (path: Path, value: Plain) => (editor: YamlEditor) => editor.set(path, value);
const append = (path: Path, value: Plain) => (editor: YamlEditor) => editor.append(path, value);
const remove = (path: Path) => (editor: YamlEditor) => editor.remove(path);

const BLOCK = `# what it is for
a: 1   # one
expect:
  # the only one
  records:
    - orderNo: "1" # the first
      power: 32.15
    - { orderNo: '2' }
  ignored: 1 # a heartbeat
# the end
`;

describe('an edit of block YAML', () => {
  it('changes a scalar in its own quotes and nothing else', () => {
    expect(edited(BLOCK, set(['expect', 'records', 0, 'orderNo'], '7'))).toBe(BLOCK.replace('"1"', '"7"'));
    expect(edited(BLOCK, set(['expect', 'records', 1, 'orderNo'], "it's"))).toBe(
      BLOCK.replace("'2'", "'it''s'"),
    );
    expect(edited(BLOCK, set(['expect', 'records', 0, 'power'], '32.20'))).toBe(
      BLOCK.replace('32.15', '32.20'),
    );
    expect(edited(BLOCK, set(['expect', 'ignored'], 2))).toBe(BLOCK.replace('ignored: 1', 'ignored: 2'));
  });

  it('appends an item after the last line of its list', () => {
    expect(edited(BLOCK, append(['expect', 'records'], { orderNo: '3', plateNo: '浙BD12345' }))).toBe(
      BLOCK.replace("'2' }\n", '\'2\' }\n    - { orderNo: "3", plateNo: 浙BD12345 }\n'),
    );
  });

  it('removes an item with its lines, and a member with its own', () => {
    expect(edited(BLOCK, remove(['expect', 'records', 0]))).toBe(
      BLOCK.replace('    - orderNo: "1" # the first\n      power: 32.15\n', ''),
    );
    expect(edited(BLOCK, remove(['expect', 'ignored']))).toBe(
      BLOCK.replace('  ignored: 1 # a heartbeat\n', ''),
    );
  });

  it('adds a member after the last one, also where the file does not end in a line break', () => {
    expect(edited('a: 1\nb: 2', set(['expect'], { records: [{ x: '1' }], ignored: 2 }))).toBe(
      'a: 1\nb: 2\nexpect:\n  records:\n    - { x: "1" }\n  ignored: 2\n',
    );
    expect(edited(BLOCK, set(['expect', 'waiting'], []))).toBe(
      BLOCK.replace('heartbeat\n', 'heartbeat\n  waiting: []\n'),
    );
  });

  it('replaces a list by another, and a value that is not there by one', () => {
    const text = edited('expect:\nb: 2\n', set(['expect'], { ignored: 1 }));
    expect(parse(text)).toEqual({ b: 2, expect: { ignored: 1 } });
    expect(parse(edited(BLOCK, set(['expect', 'records'], [{ a: '1' }])))).toMatchObject({
      expect: { records: [{ a: '1' }], ignored: 1 },
    });
  });

  it('keeps a byte order mark and the line ends of the file', () => {
    const text = `\uFEFF${BLOCK.replaceAll('\n', '\r\n')}`;
    const after = edited(text, append(['expect', 'records'], { a: '1' }));
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
    expect(after.startsWith('\uFEFF# what')).toBe(true);
    expect(after).toContain('\r\n    - { a: "1" }\r\n');
  });
});

const FLOW = `{
  "expect": {
    "records": [
      {
        "orderNo": "1"
      }
    ],
    "ignored": 1
  },
  "empty": [],
  "bare": {}
}
`;

describe('an edit of JSON', () => {
  const json = (...edits: ((editor: YamlEditor) => void)[]) => JSON.parse(edited(FLOW, ...edits));

  it('appends in the form of the file', () => {
    expect(edited(FLOW, append(['expect', 'records'], { orderNo: '2' }))).toBe(
      FLOW.replace('      }\n    ]', '      },\n      {\n        "orderNo": "2"\n      }\n    ]'),
    );
    expect(edited(FLOW, append(['empty'], 'x'))).toBe(FLOW.replace('[]', '[\n    "x"\n  ]'));
    expect(edited('{"a": [1]}', append(['a'], 2), set(['b'], 3))).toBe('{"a": [1, 2], "b": 3}');
  });

  it('stays JSON whatever is set or removed', () => {
    expect(json(set(['expect', 'records', 0, 'orderNo'], '"9"')).expect.records).toEqual([
      { orderNo: '"9"' },
    ]);
    expect(json(set(['expect', 'quarantine'], [{ kind: 'conflict' }])).expect.quarantine).toEqual([
      { kind: 'conflict' },
    ]);
    expect(json(remove(['expect', 'records'])).expect).toEqual({ ignored: 1 });
    expect(json(remove(['expect', 'ignored'])).expect).toEqual({ records: [{ orderNo: '1' }] });
    expect(json(remove(['expect', 'records', 0])).expect.records).toEqual([]);
    expect(json(set(['bare', 'x'], 1)).bare).toEqual({ x: 1 });
    expect(json(set(['expect'], { ignored: 0 })).expect).toEqual({ ignored: 0 });
  });
});

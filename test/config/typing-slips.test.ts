import { describe, expect, it } from 'vitest';
import { findSlips } from '../../src/config/typing-slips.ts';
import { load, MINIMAL, mistakes } from './support.ts';

/** The least config with one thing typed otherwise. */
const typed = (right: string, wrong: string) => {
  expect(MINIMAL).toContain(right);
  return MINIMAL.replace(right, wrong);
};
const PORT = '  portName: example';
const GBK = Buffer.concat([Buffer.from(`# \xca\xbe\n`, 'latin1'), Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 10])]);

describe('what looks right and is not YAML is one mistake on its line, with the remedy', () => {
  // biome-ignore format: a table
  it.each<[name: string, text: string | Uint8Array, told: string]>([
    ['a full-width colon', typed(PORT, '  portName：example'), '4:11: full-width ： stands where : is meant'],
    ['a full-width colon and a blank', typed(PORT, '  portName： example'), '4:11: full-width ：'],
    ['a full-width colon over a mapping', typed('gate:', 'gate：'), '2:5: full-width ：'],
    ['a full-width colon in braces', typed('name: session-end', 'name：session-end'), '7:11: full-width ：'],
    ['a full-width comma in braces', typed('"3302120001", name', '"3302120001"，name'), '1:28: full-width ，'],
    ['full-width braces', typed('{ id: "3302120001", name: 示例充电站 }', '｛ id: "3302120001", name: 示例充电站 ｝'), '1:10: full-width ｛'],
    ['a full-width number sign', typed(PORT, `${PORT} ＃ note`), '4:21: full-width ＃'],
    ['smart quotes', typed('"3302122004"', '“3302122004”'), '5:11: “” are not quotes in YAML'],
    ['smart single quotes', typed('"3302122004"', '‘3302122004’'), '5:11: ‘’ are not quotes'],
    ['corner brackets as quotes', typed('"3302122004"', '「3302122004」'), '5:11: 「」 are not quotes'],
    ['a dash of a word processor', typed('  - { name', '  – { name'), '7:3: – stands where - is meant'],
    ['a full-width dash', typed('  - { name', '  － { name'), '7:3: － stands where - is meant'],
    ['a no-break space before a value', typed(PORT, '  portName:\u00a0example'), '4:12: a special blank (U+00A0)'],
    ['no-break spaces that indent', typed(PORT, '\u00a0\u00a0portName: example'), '4:1: a special blank (U+00A0) indents'],
    ['an ideographic space before a value', typed(PORT, '  portName:\u3000example'), '4:12: a special blank (U+3000)'],
    ['ideographic spaces that indent', typed(PORT, '\u3000\u3000portName: example'), '4:1: a special blank (U+3000) indents'],
    ['a tab that indents', typed(PORT, '\tportName: example'), '4:1: not readable as YAML: a tab indents this line'],
    ['a zero-width space in a key', typed(PORT, '  \u200bportName: example'), '4:3: an invisible character (U+200B)'],
    ['a zero-width space in a value', typed(PORT, '  portName: exam\u200bple'), '4:17: an invisible character (U+200B)'],
    ['a BOM in the middle, of files put together', typed('gate:', '\ufeffgate:'), '2:1: an invisible character (U+FEFF)'],
    ['a NUL at the end', `${MINIMAL}\0`, '8:1: an invisible character (U+0000)'],
    ['no space after a colon', typed(PORT, '  portName:example'), '4:3: not readable as YAML: put a space after the colon of portName'],
    ['one blank too many', typed(PORT, '   portName: example'), '4:4: not readable as YAML: this line is indented further'],
    ['full-width digits', typed(PORT, `${PORT}\n  timeout: １０s`), '5:12: gate.timeout: full-width characters stand in this value: write 10s'],
    ['a full-width URL', typed('http://127', 'http：／／127'), '3:12: gate.baseUrl: full-width characters stand in this value: write http://127.0.0.1:8080/'],
    ['a misspelt key', typed('portName', 'portname'), '4:3: gate.portname: unknown key, did you mean portName?'],
    ['a misspelt section', typed('sources', 'source'), '6:1: source: unknown key, did you mean sources?'],
    ['a key twice', typed(PORT, `${PORT}\n  portName: other`), '5:3: the key portName is there twice'],
    ['UTF-16', Buffer.from(`\ufeff${MINIMAL}`, 'utf16le'), '1:1: UTF-16 text'],
    ['UTF-16, the other way round', Buffer.from(`\ufeff${MINIMAL}`, 'utf16le').swap16(), '1:1: UTF-16 text'],
    ['GBK', GBK, '2:1: GBK text, not UTF-8'],
    ['line ends of CR alone', MINIMAL.replaceAll('\n', '\r'), '1:1: lines end with CR alone'],
  ])('%s', (_, text, told) => {
    const lines = mistakes(text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`config.yaml:${told}`);
  });

  it('and the other mistakes of the file are told in the same go', () => {
    const text = typed(PORT, '  portName：example')
      .replace('"3302122004"', '3302122004')
      .concat('log: { level: loud }\n');
    expect(mistakes(text).map((line) => line.split(':')[1])).toEqual(['4', '5', '8']);
  });
});

describe('what only looks like a slip is left alone', () => {
  it.each([
    '# 注释：全角，“引号”　和空格',
    'name: 示例充电站（北区）：1号',
    'name: 北区，南区',
    'name: "“示例”充电站：A"',
    "name: '全角：冒号'",
    'match: "签名|未授权"',
    'key: value # 说明：如此',
    "expr: \"payload.a ? '：' : '，'\"",
    'a: [ "甲，乙", "丙" ]',
    'text: |\n  说明：第一行\n  “第二行”',
  ])('%s', (source) => {
    expect(findSlips(source)).toEqual({ mistakes: [], lines: new Set(), repaired: source });
  });

  it('in a config that is right: a BOM at its head, CR LF, full-width punctuation in names and comments', () => {
    const text = `\ufeff${MINIMAL}`
      .replace('示例充电站', '示例充电站（北区）：一号')
      .replace('gate:', 'gate: # 道闸：“平台”')
      .replaceAll('\n', '\r\n');
    expect(load(text).config.station.name).toBe('示例充电站（北区）：一号');
  });
});

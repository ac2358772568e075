import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { dir, MINIMAL, mistakes } from './support.ts';

/** Each is appended to the minimal config, so its first line is line 8; `=>` is what is said. */
const APPENDED = `
log: { level: verbose }
=> 8:15: log.level: "verbose" is not allowed, allowed is error, warn, info, debug, trace

log: { levle: info }
=> 8:8: log.levle: unknown key, did you mean level?

log: { colour: red }
=> 8:8: log.colour: unknown key, allowed is level, format

log: info
=> 8:6: log: must be a mapping: the log

loog: {}
=> 8:1: loog: unknown key, did you mean log?

http: { listen: 9640 }
=> 8:17: http.listen: is an unquoted number where text is expected, quote it: "9640"

http: { listen: ":80" }
=> 8:17: http.listen: ":80" is not allowed, allowed is HOST:PORT such as 127.0.0.1:9640, or off

http: { listen: "h:65536" }
=> 8:17: http.listen: "h:65536" is not allowed, allowed is HOST:PORT such as 127.0.0.1:9640, or off

http: { showPlates: yes }
=> 8:21: http.showPlates: "yes" is not allowed, allowed is true or false

outbox: { keepDelivered: 30 }
=> 8:26: outbox.keepDelivered: 30 is not allowed, allowed is a whole number with its unit, such as 500ms 10s 5m 2h 30d

outbox: { keepDelivered: 30days }
=> 8:26: outbox.keepDelivered: "30days" is not allowed, allowed is a whole number with its unit, such as 500ms 10s 5m 2h 30d

outbox: { keepDelivered: 1s }
=> 8:26: outbox.keepDelivered: "1s" is not allowed, allowed is 1m to 4000d

outbox: { maxSize: 2GB }
=> 8:20: outbox.maxSize: "2GB" is not allowed, allowed is a whole number with its unit, such as 64KiB 100MiB 2GiB

quarantine: { maxRows: 1.5 }
=> 8:24: quarantine.maxRows: 1.5 is not allowed, allowed is a whole number from 1 to 100000000

delivery: { outage: { min: 5m, max: 2m } }
=> 8:28: delivery.outage.min: is longer than max, allowed is up to max

delivery: { outage: { max: 500ms } }
=> 8:13: delivery.outage.min: is longer than max, allowed is up to max

delivery: { refusal: { factor: 1 } }
=> 8:32: delivery.refusal.factor: 1 is not allowed, allowed is a number above 1, up to 100

delivery: { refusal: { factor: .inf } }
=> 8:32: delivery.refusal.factor: null is not allowed, allowed is a number above 1, up to 100

delivery: { refusal: { attempts: 0 } }
=> 8:34: delivery.refusal.attempts: 0 is not allowed, allowed is a whole number from 1 to 1000

mqtt: { url: tcp://h }
=> 8:14: mqtt.url: "tcp://h" is not allowed, allowed is mqtt://HOST, mqtts://HOST, ws://HOST, wss://HOST

mqtt: { url: h }
=> 8:14: mqtt.url: "h" is not a URL, allowed is mqtt://HOST, mqtts://HOST, ws://HOST, wss://HOST

mqtt: { url: mqtt://u:geheim@h }
=> 8:14: mqtt.url: has a user name or a password in it, use mqtt.username and mqtt.passwordFile

mqtt: { protocol: 4 }
=> 8:19: mqtt.protocol: 4 is not allowed, allowed is 5 or 3.1.1

mqtt: { shareGroup: g }
=> 8:21: mqtt.shareGroup: needs mqtt.clientId, a name of its own for each adapter

mqtt: { shareGroup: a/b, clientId: c }
=> 8:21: mqtt.shareGroup: "a/b" is not allowed, allowed is a name without + # /

mqtt: { statusTopic: a/# }
=> 8:22: mqtt.statusTopic: "a/#" has a wildcard, allowed is one topic without + and #

mqtt: { receiveMaximum: 65536 }
=> 8:25: mqtt.receiveMaximum: 65536 is not allowed, allowed is a whole number from 1 to 65535

mqtt: { password: geheim }
=> 8:9: mqtt.password: unknown key: secrets are never in the config, name a file by passwordFile

mqtt: { username: 007 }
=> 8:19: mqtt.username: is an unquoted number where text is expected, quote it: "007"

mqtt: { tls: { cert: a.pem } }
=> 8:22: mqtt.tls.cert: needs key beside it

contexts: [{ name: plate, topic: t, fields: {} }]
=> 8:12: contexts[0].key: missing; expected a path (text), a mapping such as { topic: deviceId }, or a list of these

contexts: [{ name: plate, topic: t, key: { topik: a }, fields: {} }]
=> 8:44: contexts[0].key.topik: unknown key, did you mean topic?

contexts:
  - { name: a, topic: t, key: k, fields: {}, keep: 0s }
  - { name: 5, topic: t, key: k, fields: {} }
=> 9:52: contexts[0].keep: "0s" is not allowed, allowed is 1s to 400d
=> 10:13: contexts[1].name: is an unquoted number where text is expected, quote it: "5"

devices: { D1: { spaceNo: 5 } }
=> 8:27: devices.D1.spaceNo: is an unquoted number where text is expected, quote it: "5"

devices: { D1: A-01 }
=> 8:16: devices.D1: must be a mapping: a device

devices: [D1]
=> 8:1: devices: must be a mapping of device id to { name, spaceNo }

log: {}
log: {}
=> 9:1: the key log is there twice in one mapping

log: {}
log: { level: x }
=> 9:1: the key log is there twice in one mapping
=> 9:15: log.level: "x" is not allowed, allowed is error, warn, info, debug, trace

log:
	level: info
=> 9:1: not readable as YAML: a tab indents this line, use spaces
`;

/** The first line is replaced in the minimal config by what stands after `->`. */
const REPLACED = `
parkId: "3302122004"
-> parkId: 3302122004
=> 5:11: gate.parkId: is an unquoted number where text is expected, quote it: "3302122004"

  parkId: "3302122004"
-> 
=> 2:1: gate.parkId: missing; expected the car park's id, as the gate platform gave it

portName: example
-> portName:
=> 4:3: gate.portName: missing; expected the third-party account, as the gate platform gave it

portName: example
-> portName: " "
=> 4:13: gate.portName: empty; expected the third-party account, as the gate platform gave it

portName: example
-> portName: "a\\nb"
=> 4:13: gate.portName: holds a line break or another control character

http://127.0.0.1:8080/
-> ftp://h/
=> 3:12: gate.baseUrl: it must begin with http:// or https://

http://127.0.0.1:8080/
-> http://u:geheim@h/
=> 3:12: gate.baseUrl: a user name or password in it is not allowed

gate:
-> gate:
->   key: geheim
=> 3:3: gate.key: unknown key: secrets are never in the config, name a file by keyFile

gate:
-> gate:
->   timeout: 1d
=> 3:12: gate.timeout: "1d" is not allowed, allowed is 100ms to 10m

gate:
-> gate:
->   proxy: socks5://h
=> 3:10: gate.proxy: "socks5://h" is not allowed, allowed is off, env, http://HOST, https://HOST

gate:
-> gate:
->   moneyUnit: cent
=> 3:14: gate.moneyUnit: "cent" is not allowed, allowed is yuan, fen

gate:
-> gate:
->   extraFields: { sign: a }
=> 3:18: gate.extraFields.sign: "sign" is a field of the record already, choose another name

gate:
-> gate:
->   serviceField: method
->   extraFields: { method: a }
=> 4:26: gate.extraFields.method: is gate.serviceField already, choose another name

gate:
-> gate:
->   serviceField: plateNo
=> 3:17: gate.serviceField: "plateNo" is a field of the record already, choose another name

gate:
-> gate:
->   refusals: [{ match: "(", means: setup }]
=> 3:23: gate.refusals[0].match: is not a valid regular expression: Invalid regular expression: /(/: Unterminated group

gate:
-> gate:
->   refusals: [{ match: a, means: never }]
=> 3:33: gate.refusals[0].means: "never" is not allowed, allowed is setup, final, delivered

示例充电站 }
-> 站, timeZone: Asia/Shangai }
=> 1:49: station.timeZone: "Asia/Shangai" is not a time zone, allowed are IANA names such as Asia/Shanghai

示例充电站 }
-> 站, timeZone: "+08:00" }
=> 1:49: station.timeZone: "+08:00" is not a time zone, allowed are IANA names such as Asia/Shanghai

profile: pilegate
-> profile: pilegate, wait: 5
=> 7:90: sources[0].wait: 5 is not allowed, allowed is a whole number with its unit, such as 500ms 10s 5m 2h 30d

profile: pilegate
-> encoding: gbk
=> 7:75: sources[0].encoding: "gbk" is not allowed, allowed is utf-8, gb18030

profile: pilegate
-> where: { a: }
=> 7:74: sources[0].where.a: must be text, a whole number, true or false

profile: pilegate
-> fields: { orderNo: 5 }
=> 7:84: sources[0].fields.orderNo: must be a path (text), a mapping such as { topic: deviceId }, or a list of these

profile: pilegate
-> fields: { orderNo: [a, {}, { const: 5 }] }
=> 7:101: sources[0].fields.orderNo[2].const: is an unquoted number where text is expected, quote it: "5"

topic: "piles/{deviceId}/session/end", 
-> 
=> 7:5: sources[0].topic: missing; expected an MQTT topic; {name} is one level and a value, + and # work too
`;

/** The blocks of a table, each as the lines that begin with a mark, without it, by mark. */
function blocks(table: string): { text: string; by: string; said: string[] }[] {
  return table
    .trim()
    .split('\n\n')
    .map((block) => {
      const lines = block.split('\n');
      const marked = (mark: string) =>
        lines.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(3));
      return {
        text: lines.filter((line) => !/^[-=]> /.test(line)).join('\n'),
        by: marked('->').join('\n'),
        said: marked('=>').map((line) => `config.yaml:${line}`),
      };
    });
}

describe('mistakes', () => {
  it.each(blocks(APPENDED))('are told with place and remedy: $text', ({ text, said }) => {
    expect(mistakes(`${MINIMAL}${text}\n`)).toEqual(said);
  });

  it.each(blocks(REPLACED))('are told with place and remedy: $by', ({ text, by, said }) => {
    expect(MINIMAL).toContain(text);
    expect(mistakes(MINIMAL.replace(text, by))).toEqual(said);
  });

  it('never tells a password', () => {
    const text = MINIMAL.replace('http://127', 'http://u:geheim@127').replace(
      'gate:',
      'mqtt: { url: "x://u:geheim@h", password: geheim }\ngate:\n  proxy: "socks5://u:geheim@h"\n  key: geheim',
    );
    const lines = mistakes(text);
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain('geheim');
  });

  it('tells all of them at once, in the order of the file', () => {
    const text = `${MINIMAL.replace('parkId: "3302122004"', 'parkId: 1')}log: { level: x }\ngat: 1\n`;
    expect(mistakes(text).map((line) => line.split(': ', 2).join(': '))).toEqual([
      `config.yaml:5:11: gate.parkId`,
      `config.yaml:8:15: log.level`,
      `config.yaml:9:1: gat`,
    ]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['is empty', '', `config.yaml:1:1: the file: empty; expected the config: station, gate, mqtt, sources`],
    [
      'is a list',
      '- a',
      `config.yaml:1:1: the file: must be a mapping: the config: station, gate, mqtt, sources`,
    ],
    [
      'is no YAML',
      'a: [',
      `config.yaml:1:5: not readable as YAML: Flow sequence in block collection must be sufficiently indented and end with a ]`,
    ],
    [
      'contains itself',
      `${MINIMAL}log: &a [*a]`,
      `config.yaml:1:1: not readable as YAML: nested deeper than 40 levels`,
    ],
    [
      'is not UTF-8',
      Buffer.concat([Buffer.from('a: b\nc: '), Buffer.from([0xca, 0xbe, 0xc0, 0xfd])]),
      `config.yaml:2:1: GBK text, not UTF-8: save the file as UTF-8 (iconv -f GB18030 -t UTF-8)`,
    ],
  ])('says so when the file %s', (_, text, expected) => {
    expect(mistakes(text)).toEqual([expected]);
  });

  it.each([
    [
      'aliases that multiply',
      `a: &a [1,1,1,1,1,1,1,1,1]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghij'[i]}`)}]`).join('\n')}`,
    ],
    ['a hundred thousand brackets', '['.repeat(100_000)],
    ['a merge of itself', `${MINIMAL}log: &a { <<: *a, zzz: 1 }`],
  ])('refuses %s', (_, text) => {
    expect(mistakes(text).length).toBeGreaterThan(0);
  });

  it('names the file that is not there, and what to do', () => {
    expect(() => loadConfig('/nowhere/config.yaml', {})).toThrow(
      'cannot read /nowhere/config.yaml: there is no such file: put it there, or name another config by --config',
    );
    expect(() => loadConfig(dir, {})).toThrow(
      'it is a folder: name a file, or name another config by --config',
    );
  });
});

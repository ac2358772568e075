import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startGate } from '../../../src/simulator/gate/gate.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { TEST_KEY, tempDir, writeConfig } from '../../support/tmp.ts';
import { examined, fault, PATIENT, station } from './run-doctor.ts';

afterAll(cleanUp);

/** A station whose key file holds these bytes. */
function keyed(bytes: string, mode = 0o600): { config: string; key: string } {
  const config = station();
  const key = join(dirname(config), 'gate.key');
  writeFileSync(key, bytes);
  chmodSync(key, mode);
  return { config, key };
}

describe('a config', { timeout: PATIENT }, () => {
  it('that is wrong is told with every mistake, in both languages, and the rest is tried all the same', async () => {
    const gate = await startGate({ key: TEST_KEY });
    atEnd(() => gate.close());
    const config = writeConfig(tempDir(), {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: gate.url,
      overrides: { mqtt: { protocol: 4 }, gate: { parkId: 3302122004 }, log: { level: 'loud' } },
    });
    const verdicts = await examined(config);
    expect(verdicts['config']).toEqual(
      fault(
        'red',
        /^.*config\.yaml:\d+:\d+: gate\.parkId: is an unquoted number .*\n.*config\.yaml:\d+:\d+: mqtt\.protocol: 4 is not allowed, allowed is 5 or 3\.1\.1\n.*config\.yaml:\d+:\d+: log\.level: "loud" is not allowed/,
        /pilegate check --config .*config\.yaml$/,
        /mqtt\.protocol: 不允许 4，允许：5 或 3\.1\.1/,
      ),
    );
    expect(verdicts['gate']?.level).toBe('green');
    for (const id of ['broker', 'subscriptions'])
      expect(verdicts[id]).toEqual(
        fault('yellow', /not tried: the config's mqtt is wrong/, /pilegate check/, /未检查/),
      );
  });

  it('whose rules are wrong says so, and its broker is tried without them', async () => {
    const config = station({ sources: [{ name: 'a', topic: 'a/b', fields: { orderNo: 'a' } }] });
    const verdicts = await examined(config);
    expect(verdicts['config']).toEqual(fault('red', /no rule for plateNo/, /check/, /缺少 plateNo 的规则/));
    expect(verdicts['broker']).toEqual(
      fault('red', /nothing listens at 127\.0\.0\.1:1:/, /mosquitto/, /无人监听/),
    );
    expect(verdicts['subscriptions']?.seen.en).toBe('not tried: the rules of the config are wrong');
  });

  it.each([
    ['is not there', undefined, /there is no such file/, /文件不存在/],
    ['is no YAML', 'a: [', /not readable as YAML/, /无法解析 YAML/],
  ])('that %s leaves nothing to be tried', async (_, text, en, zh) => {
    const config = join(tempDir(), 'config.yaml');
    if (text !== undefined) writeFileSync(config, text);
    const verdicts = await examined(config);
    expect(verdicts).toEqual({ config: fault('red', en, /pilegate check/, zh) });
  });

  it('with an odd setting is yellow', async () => {
    const config = station({ mqtt: { tls: { ca: 'gate.key' } } });
    const verdicts = await examined(config);
    expect(verdicts['config']).toEqual(
      fault('yellow', /mqtt\.tls: has no effect, since mqtt\.url is not encrypted/, /fix it/, /不起作用/),
    );
    expect(verdicts['key']).toEqual(
      fault('red', /gate\.key is not a PEM file/, /mqtt\.tls\.ca/, /不是 PEM 文件/),
    );
  });
});

describe('a key file', { timeout: PATIENT }, () => {
  it('that is right is green, and what is in it is not shown', async () => {
    const { config, key } = keyed(`${TEST_KEY}\n`);
    const verdicts = await examined(config);
    expect(verdicts['key']?.seen.en).toBe(`the key is read from ${key}`);
    expect(JSON.stringify(verdicts)).not.toContain(TEST_KEY);
  });

  it('that is missing is red, and the gate is tried without it', async () => {
    const { config, key } = keyed('');
    rmSync(key);
    const verdicts = await examined(config);
    expect(verdicts['key']).toEqual(
      fault(
        'red',
        /gate\.keyFile: cannot read .*gate\.key: there is no such file/,
        /install -m 600 .*gate\.key/,
        /文件不存在/,
      ),
    );
    expect(verdicts['gate']).toEqual(fault('red', /nothing listens/, /gate\.baseUrl/, /无人监听/));
  });

  it('that is nowhere is red', async () => {
    const config = station({ gate: { keyFile: undefined } });
    rmSync(join(dirname(config), 'gate.key'));
    const { key } = await examined(config);
    expect(key).toEqual(fault('red', /no key anywhere/, /install -m 600 .*gate\.key/, /没有密钥/));
  });

  it.each(['', ' \r\n', '\uFEFF\n'])('that holds nothing but %j is red', async (bytes) => {
    const { config } = keyed(bytes);
    const { key } = await examined(config);
    expect(key).toEqual(fault('red', /gate\.key is empty/, /the key that the gate platform gave/, /是空的/));
  });

  it.each([
    ['CR LF at its end', `${TEST_KEY}\r\n`, /CR LF/, /CR LF/],
    ['a byte order mark', `\uFEFF${TEST_KEY}\n`, /byte order mark \(BOM\)/, /字节顺序标记/],
  ])('with %s is yellow, and what helps is a command that mends it', async (_, bytes, en, zh) => {
    const { config } = keyed(bytes);
    const { key } = await examined(config);
    expect(key).toEqual(fault('yellow', en, /sed -i .*gate\.key$/, zh));
    const { execSync } = await import('node:child_process');
    execSync(key?.remedy?.en.replace(/^.*?: /, '') ?? 'false', { shell: '/bin/bash' });
    expect((await examined(config))['key']?.level).toBe('green');
  });

  it('that everybody can read is yellow', async () => {
    const { config, key } = keyed(`${TEST_KEY}\n`, 0o644);
    expect((await examined(config))['key']).toEqual(
      fault(
        'yellow',
        /gate\.key can be read by other users \(mode 0644\)$/,
        /^chmod 600 .*gate\.key$/,
        /其他用户可以读取/,
      ),
    );
    chmodSync(key, 0o600);
    expect((await examined(config))['key']?.level).toBe('green');
  });

  it('of the password that is missing does not hide the key, and the broker is tried up to the login', async () => {
    const config = station({ mqtt: { username: 'box', passwordFile: 'none' } });
    const verdicts = await examined(config);
    expect(verdicts['key']).toEqual(
      fault('red', /mqtt\.passwordFile: cannot read/, /the password that the broker knows/, /无法读取/),
    );
    expect(verdicts['broker']).toEqual(fault('red', /nothing listens/, /mosquitto/, /无人监听/));
  });
});

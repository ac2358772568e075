import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { credentialsOf, serviceCredentials, withCredentials } from '../../src/cli/service-credentials.ts';
import { startBroker } from '../support/broker.ts';
import { cleanUp } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';
import { examined, fault, PATIENT } from './doctor/run-doctor.ts';

afterAll(cleanUp);

const CONFIG = '/etc/pilegate/config.yaml';
const ENCRYPTED = 'LoadCredentialEncrypted=gate.key:/etc/credstore.encrypted/gate.key';
/** As the package has it. */
const UNIT = [
  '# /lib/systemd/system/pilegate.service',
  '[Service]',
  `ExecStart=/usr/bin/pilegate run --config ${CONFIG}`,
  'LoadCredential=gate.key:/etc/pilegate/gate.key',
  'LoadCredential=mqtt.password:/etc/pilegate/mqtt.password',
  'SetCredential=gate.key:\\n',
  'SetCredential=mqtt.password:\\n',
];
const DROP_IN = ['', '# /etc/systemd/system/pilegate.service.d/override.conf', '[Service]'];

describe("the service's credentials", () => {
  const found = (lines: readonly string[], there: readonly string[], config = CONFIG) =>
    credentialsOf(lines.join('\n'), config, (path) => there.includes(path)).map(({ line }) => line);

  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['none where the files are not there', UNIT, [], []],
    [
      'a file that is there',
      UNIT,
      ['/etc/pilegate/gate.key'],
      ['LoadCredential=gate.key:/etc/pilegate/gate.key'],
    ],
    [
      'an encrypted one of a drop-in',
      [...UNIT, ...DROP_IN, ENCRYPTED],
      ['/etc/credstore.encrypted/gate.key'],
      [ENCRYPTED],
    ],
    [
      'one from the credential store',
      [...UNIT, ...DROP_IN, 'LoadCredential=gate.key'],
      [],
      ['LoadCredential=gate.key'],
    ],
    [
      'one in the unit itself',
      [...UNIT, 'SetCredentialEncrypted=gate.key:k6i'],
      [],
      ['SetCredentialEncrypted=gate.key:k6i'],
    ],
    ['none that was taken back', [...UNIT, ...DROP_IN, 'LoadCredential='], ['/etc/pilegate/gate.key'], []],
  ])('are %s', (_, lines, there, wanted) => {
    expect(found(lines, there)).toEqual(wanted);
  });

  it('are none of a config that the service does not run with', () => {
    expect(found([...UNIT, ENCRYPTED], ['/etc/credstore.encrypted/gate.key'], '/tmp/config.yaml')).toEqual(
      [],
    );
  });

  it('are not asked for inside the service, nor where there is no systemd', () => {
    expect(serviceCredentials(CONFIG, { CREDENTIALS_DIRECTORY: '/run/credentials/x' })).toEqual([]);
    expect(serviceCredentials(CONFIG, { PATH: tempDir() })).toEqual([]);
  });

  it('are handed to a command by systemd-run', () => {
    expect(withCredentials([{ name: 'gate.key', line: ENCRYPTED }], 'doctor')).toBe(
      `sudo systemd-run --pipe --wait --quiet -p ${ENCRYPTED} /usr/bin/pilegate doctor`,
    );
  });
});

describe('a key that only the service sees', { timeout: PATIENT }, () => {
  /** A config without a key, and a systemctl that tells of a service with it. */
  function station(broker = 'mqtt://127.0.0.1:1'): { config: string; PATH: string } {
    const config = writeConfig(tempDir(), {
      broker: { url: broker },
      gateUrl: 'http://127.0.0.1:9/',
      overrides: { mqtt: { username: 'station' } },
    });
    rmSync(join(dirname(config), 'gate.key'));
    writeFileSync(config, readFileSync(config, 'utf8').replace(/^ *keyFile: .*\n/m, ''));
    const bin = tempDir();
    const secret = join(bin, 'secret');
    writeFileSync(secret, 'sealed');
    const unit = [
      `ExecStart=/usr/bin/pilegate run --config ${config}`,
      `LoadCredentialEncrypted=gate.key:${secret}`,
      `LoadCredential=mqtt.password:${secret}`,
    ];
    writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\ncat <<'UNIT'\n${unit.join('\n')}\nUNIT\n`);
    chmodSync(join(bin, 'systemctl'), 0o755);
    return { config, PATH: `${bin}:${process.env['PATH']}` };
  }

  it('is no mistake to `check`, which says whose it is', async () => {
    const { config, PATH } = station();
    const { code, stderr } = await pilegate(['check', '--config', config], { env: { PATH } });
    expect(stderr).toMatch(
      /is valid: .* key from the service's credential \(LoadCredentialEncrypted=gate\.key:/,
    );
    expect(code).toBe(0);
    // Without such a service it is one.
    expect((await pilegate(['check', '--config', config])).code).toBe(78);
  });

  it('is yellow to `doctor`, with the command that tries it; so is a password', async () => {
    const { config, PATH } = station();
    const { key } = await examined(config, { env: { PATH } });
    expect(key).toEqual(
      fault(
        'yellow',
        /^gate\.key is a credential .*\nmqtt\.password is a credential that systemd hands to the service alone/,
        /sudo systemd-run .* -p LoadCredentialEncrypted=gate\.key:\S+ -p LoadCredential=mqtt\.password:\S+ \/usr\/bin\/pilegate doctor --config /,
        /gate\.key 是 systemd 只交给服务的凭据/,
      ),
    );
  });

  it('is not said to be refused by a broker that was not given it', async () => {
    const { url } = await startBroker();
    const { config, PATH } = station(url);
    const { broker } = await examined(config, { env: { PATH } });
    expect(broker).toEqual(
      fault(
        'yellow',
        /the password for the login cannot be read$/,
        /sudo systemd-run .* doctor/,
        /登录密码无法读取/,
      ),
    );
  });
});

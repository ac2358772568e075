import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clientOptions, tlsFiles } from '../../../src/intake/mqtt/client-options.ts';
import { tempDir } from '../../support/tmp.ts';
import { settingsFor } from '../support.ts';

const DAY = 86_400_000;
const broker = { url: 'mqtt://127.0.0.1:1883', protocol: 5 } as const;

it('asks for a session that outlives the connection, for as long as the config says', () => {
  const options = clientOptions(settingsFor(broker, { sessionExpiry: 7 * DAY, receiveMaximum: 50 }), 'gone');
  expect(options).toMatchObject({
    clean: false,
    clientId: 'pilegate-test',
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 604_800, receiveMaximum: 50 },
    will: { topic: 'pilegate/test/status', payload: Buffer.from('gone'), qos: 1, retain: true },
  });
});

it('never asks for a session without end, nor for more than MQTT can say', () => {
  const { properties } = clientOptions(settingsFor(broker, { sessionExpiry: 60_000 * DAY }), '');
  expect(properties?.sessionExpiryInterval).toBe(0xffff_fffe);
});

it('says nothing of MQTT 5 to a broker of 3.1.1', () => {
  const options = clientOptions(settingsFor({ ...broker, protocol: '3.1.1' }), '');
  expect(options).toMatchObject({ protocolVersion: 4, clean: false });
  expect(options).not.toHaveProperty('properties');
});

it('gives the login, and TLS files only where the address asks for TLS', () => {
  const file = join(tempDir(), 'file.pem');
  writeFileSync(file, 'PEM');
  const tls = { ca: file, cert: file, key: file };
  const login = { username: 'box', password: 'made up' };
  expect(clientOptions(settingsFor(broker, login), '')).toMatchObject(login);
  for (const key of ['username', 'password'])
    expect(clientOptions(settingsFor(broker), '')).not.toHaveProperty(key);
  const pem = Buffer.from('PEM');
  for (const url of ['mqtts://127.0.0.1', 'WSS://127.0.0.1'])
    expect(tlsFiles(url, { tls })).toEqual({ ca: pem, cert: pem, key: pem });
  for (const url of ['mqtt://127.0.0.1', 'ws://127.0.0.1']) expect(tlsFiles(url, { tls })).toEqual({});
});

it('names the key and the file where a TLS file cannot be read', () => {
  expect(() => tlsFiles('mqtts://127.0.0.1', { tls: { ca: '/nowhere/ca.pem' } })).toThrow(
    /^mqtt\.tls\.ca: \/nowhere\/ca\.pem cannot be read: ENOENT/,
  );
});

it('has no will where there is no status topic, or none is wanted', () => {
  expect(clientOptions(settingsFor(broker, { statusTopic: undefined }), 'gone')).not.toHaveProperty('will');
  expect(clientOptions(settingsFor(broker), undefined)).not.toHaveProperty('will');
});

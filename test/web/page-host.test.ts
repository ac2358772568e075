import { describe, expect, test } from 'vitest';
import { isOurHost } from '../../src/web/page/host.ts';

const own = () => new Set(['192.168.1.20', '[fe80::1]', '[2001:db8::5]']);

describe('a Host that is this machine', () => {
  test.each([
    ['localhost:9640', '127.0.0.1'],
    ['LOCALHOST', '127.0.0.1'],
    ['localhost.:9640', '127.0.0.1'],
    ['127.0.0.1:8080', '0.0.0.0'],
    ['127.3.2.1', '0.0.0.0'],
    ['[::1]:9640', '0.0.0.0'],
    ['192.168.1.20:9640', '0.0.0.0'],
    ['192.168.1.20', '0.0.0.0'],
    ['[2001:DB8:0::5]:9640', '::'],
    ['station-box.lan:9640', 'station-box.lan'],
    ['Station-Box.lan', 'station-box.lan'],
    ['10.0.0.7', '10.0.0.7'],
  ])('%s is taken where it listens on %s', (host, listen) => {
    expect(isOurHost(host, listen, own)).toBe(true);
  });

  test('a request without one is no browser, and is taken', () => {
    expect(isOurHost(undefined, '127.0.0.1', own)).toBe(true);
  });

  test.each([
    'evil.example',
    'evil.example:9640',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '192.168.1.21',
    '[2001:db8::6]',
    'station-box.lan',
    '',
    ' ',
    'localhost/evil',
    'evil@localhost',
    'localhost@evil.example',
    'localhost#.evil.example',
    'localhost\\.evil.example',
    '[::1',
    'localhost:port',
  ])('%j is refused where it listens on 127.0.0.1', (host) => {
    expect(isOurHost(host, '127.0.0.1', own)).toBe(false);
  });

  test("the machine's own addresses are found", () => {
    expect(isOurHost('203.0.113.9', '127.0.0.1')).toBe(false);
  });
});

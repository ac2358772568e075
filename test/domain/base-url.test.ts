import { describe, expect, test } from 'vitest';
import { checkBaseUrl } from '../../src/domain/base-url.ts';
import { inEnglish } from '../../src/i18n/english.ts';

/** What is wrong with an address, in English. */
function fault(text: string): string | undefined {
  const why = checkBaseUrl(text);
  return why && inEnglish(why);
}

describe('a base address', () => {
  test.each([
    'http://www.example.com/parkpot-service/',
    'http://www.example.com/parkpot-service',
    'https://www.example.com',
    'HTTPS://www.example.com:8443/api/v2/',
    'http://127.0.0.1:8080/',
    'http://[::1]:8080/x',
    'http://道闸.example/停车',
    'http://gate/a@b/',
  ])('%s is one', (text) => {
    expect(checkBaseUrl(text)).toBeUndefined();
  });

  test.each([
    ['http://www.example.com/ parkpot-service/', 'white space'],
    [' http://www.example.com/', 'white space'],
    ['', 'not a URL'],
    ['www.example.com/parkpot-service', 'not a URL'],
    ['http://', 'not a URL'],
    ['http://gate:99999/', 'not a URL'],
    ['ftp://www.example.com/', 'must begin with http:// or https://'],
    ['localhost:8080/x', 'must begin with http:// or https://'],
    ['http:/gate/x', 'two slashes after http:'],
    ['https:gate/x', 'two slashes after https:'],
    ['http://user:word@gate/', 'user name or password'],
    ['http://user@gate/', 'user name or password'],
    ['http://@gate/', 'user name or password'],
    ['http://gate/?a=b', 'query (?)'],
    ['http://gate/?', 'query (?)'],
    ['http://gate/#top', 'fragment (#)'],
    ['http://gate:0/', 'port 0'],
  ])('%j is none', (text, why) => {
    expect(fault(text)).toContain(why);
  });

  test('that is refused is not repeated, as it may hold a password', () => {
    expect(JSON.stringify(checkBaseUrl('http://user:word@gate/'))).not.toContain('word');
  });
});

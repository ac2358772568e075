import { expect, it } from 'vitest';
import type { AlertMessage } from '../../src/alerts/message.ts';
import { alertRefusal, alertRequest } from '../../src/alerts/platforms.ts';

const message: AlertMessage = {
  station: '3302120001',
  stationName: '示例充电站',
  alert: 'gate.held',
  state: 'begin',
  since: '2026-11-29T08:00:00.000+08:00',
  at: '2026-11-29T08:00:01.000+08:00',
  text: '道闸平台拒收全部记录',
  command: 'pilegate doctor',
};
const NOW = 1_599_360_473_123;
// printf '1599360473123\nSEC-made-up' | openssl dgst -sha256 -hmac 'SEC-made-up' -binary | base64
const DINGTALK = '/LqUQGgfqjiQ2IKq06kRVPp9Fgo4ShD9gPzCSoV+LU4=';
// printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:<hex of '1599360473\nmade-up'> -binary | base64
const FEISHU = 'tgNsc0QAAJIy5pTFhky9D49SHIBZZH2cE5L27L0oFnw=';

it('json is the message as it is', () => {
  const { url, body } = alertRequest({ to: 'json', url: 'http://h/x', secret: undefined }, message, '', NOW);
  expect([url, JSON.parse(body)]).toEqual(['http://h/x', message]);
});

it('企业微信 gets text of at most 2048 bytes, cut between characters', () => {
  const robot = { to: 'wecom', url: 'http://h/x', secret: undefined } as const;
  const { msgtype, text } = JSON.parse(alertRequest(robot, message, '闸'.repeat(2000), NOW).body);
  expect(msgtype).toBe('text');
  expect(text.content).toMatch(/^闸+…$/u);
  expect(Buffer.byteLength(text.content)).toBeLessThanOrEqual(2048);
});

it('钉钉 gets the time in milliseconds and its signature in the address', () => {
  const robot = { to: 'dingtalk', url: 'http://h/robot/send?access_token=t', secret: 'SEC-made-up' } as const;
  const { url, body } = alertRequest(robot, message, '词', NOW);
  const query = new URL(url).searchParams;
  expect(Object.fromEntries(query)).toEqual({ access_token: 't', timestamp: String(NOW), sign: DINGTALK });
  expect(url).not.toMatch(/sign=[^&]*[+/]/);
  expect(JSON.parse(body)).toEqual({ msgtype: 'text', text: { content: '词' }, at: { isAtAll: false } });
});

it('飞书 gets the time in seconds and its signature in the body', () => {
  const robot = { to: 'feishu', url: 'http://h/hook', secret: 'made-up' } as const;
  const { url, body } = alertRequest(robot, message, '词', NOW);
  expect(url).toBe('http://h/hook');
  expect(JSON.parse(body)).toEqual({
    timestamp: '1599360473',
    sign: FEISHU,
    msg_type: 'text',
    content: { text: '词' },
  });
});

it.each([
  ['wecom', 200, '{"errcode":0,"errmsg":"ok"}', undefined],
  ['wecom', 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', '93000 invalid webhook url'],
  ['dingtalk', 200, '{"errcode":310000,"errmsg":"sign not match"}', '310000 sign not match'],
  ['feishu', 200, '{"code":0,"msg":"success"}', undefined],
  ['feishu', 200, '{"StatusCode":0,"StatusMessage":"success"}', undefined],
  ['feishu', 200, '{"code":19021,"msg":"sign match fail"}', '19021 sign match fail'],
  ['feishu', 200, '<html>', 'the reply is no JSON'],
  ['json', 204, '', undefined],
  ['json', 302, '', 'HTTP 302'],
  ['wecom', 500, '{"errcode":0}', 'HTTP 500'],
] as const)('reads what %s replies: %i %s', (to, status, body, refusal) => {
  expect(alertRefusal(to, status, body)).toBe(refusal);
});

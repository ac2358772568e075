import type { Reason } from '../../../domain/reason.ts';
import type { ProblemVoice } from '../../texts.ts';

const askPlatform = (keys: readonly string[]) =>
  `ask the gate platform for the address of its interface, and compare ${keys.join(' and ')}`;

type Answer = { readonly url: string; readonly status: number };
/** `keys`: the config's keys that the address is made of. */
type Misplaced = Answer & { readonly keys: readonly string[] };
type Refusal = { readonly way: string; readonly result: string; readonly said: string };

/** What trying the gate and sending it a made-up record came to. */
export const gate = {
  'gate.silent': ({ place, url }: { place: string; url: string }) => ({
    text: `${place} takes the connection, but does not answer`,
    remedy: `ask the gate platform; try it from elsewhere: curl -v -m 10 -d '{}' ${url}`,
  }),
  'gate.answers': ({ way, result, said }: Refusal) => ({
    text: `${way}; it refuses an empty request, as it should (result ${result}${said === '' ? '' : `: ${said}`})`,
    remedy: '',
  }),
  'gate.session': ({ way }: { way: string }) => ({
    text: `${way}; it gives a token: operator id and secrets are right`,
    remedy: '',
  }),
  'gate.no-session': ({ way, result, said }: Refusal) => ({
    text: `${way}; it gives no token (${result}${said === '' ? '' : `: ${said}`})`,
    remedy: 'compare the operator id and all secrets with what the gate platform gave',
  }),
  'gate.says-busy': ({ url, said }: { url: string; said: string }) => ({
    text: `${url} says that it is busy${said === '' ? '' : `: ${said}`}`,
    remedy: 'records wait, and are sent by themselves; if it lasts, ask the gate platform',
  }),
  'gate.accepts-anything': ({ url, keys }: { url: string; keys: readonly string[] }) => ({
    text: `${url} calls an empty request a success: it does not look at what it gets`,
    remedy: askPlatform(keys),
  }),
  'gate.portal': ({ url, status }: Answer) => ({
    text: `a web page answers at ${url} (${status}), as a login portal or a proxy does: the gate is not reached`,
    remedy:
      'log this box in to the network, or have it let through (portal, SIM card, firewall); is gate.baseUrl right?',
  }),
  'gate.redirect': ({ url, status, location }: Answer & { readonly location: string }) => ({
    text: `${url} answers ${status} and points to ${location || 'nowhere'}: the gate has another address, or a login portal stands between`,
    remedy:
      'if that is the gate platform, set gate.baseUrl to it; if it is a login portal, have this box let through to the internet',
  }),
  'gate.forbidden': ({ url, status }: Answer) => ({
    text: `${url} answers ${status}: it does not let us in`,
    remedy: 'ask the gate platform to admit this account and the address of this station',
  }),
  'gate.no-interface': ({ url, status, keys }: Misplaced) => ({
    text: `${url} answers ${status}: there is no such interface at this address`,
    remedy: askPlatform(keys),
  }),
  'gate.proxy-login': ({ url, status }: Answer) => ({
    text: `${url} answers ${status}: the proxy requires a login`,
    remedy: 'check gate.proxy',
  }),
  'gate.overloaded': ({ url, status }: Answer) => ({
    text: `${url} answers ${status}: the gate platform is out of order, or overloaded`,
    remedy: 'ask the gate platform; records wait, and are sent by themselves when it is back',
  }),
  'gate.unclear': ({ url, status }: Answer) => ({
    text: `${url} answers ${status} without a readable result: it may only dislike an empty request`,
    remedy: 'see whether records get through: pilegate status; if none does, ask the gate platform',
  }),
  'gate.not-the-gate': ({ url, status, keys }: Misplaced) => ({
    text: `${url} answers ${status} without a readable result: what answers is not the gate`,
    remedy: askPlatform(keys),
  }),
  'test-record.taken': ({ orderNo }: { orderNo: string }) => ({
    text: `the gate took the made-up record ${orderNo}: key and park id are right; have the platform remove it`,
    remedy: '',
  }),
  'test-record.refused': ({ reason }: { reason: Reason }, { say }: ProblemVoice) => ({
    text: `the gate read the made-up record and refused it (${say(reason)}): key and park id seem right, it may only not know the car`,
    remedy: 'ask the gate platform where that is not about the car',
  }),
  'test-record.refused-setup': (
    { reason, account }: { reason: Reason; account: string },
    { say }: ProblemVoice,
  ) => ({
    text: `the gate refuses all records of this configuration (${say(reason)})`,
    remedy: `compare the secrets and ${account} with what the gate platform gave`,
  }),
  'test-record.failed': ({ reason }: { reason: Reason }, { say }: ProblemVoice) => ({
    text: `the made-up record did not get through (${say(reason)})`,
    remedy: 'see "gate" above',
  }),
  'test-record.no-key': ({ command }: { command: string }) => ({
    text: 'not tried: only the service has the key',
    remedy: `to try it as the service does: ${command}`,
  }),
  'test-record.no-gate': (_: object) => ({
    text: 'not tried: the gate does not answer',
    remedy: 'see "gate" above',
  }),
};

/** What is said before the made-up record is sent. */
export function testRecordWarning({ orderNo, plateNo }: { orderNo: string; plateNo: string }): string {
  return `a made-up record goes to the gate platform, which may keep it: order ${orderNo}, plate ${plateNo}, no money`;
}

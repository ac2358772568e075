import { Failure } from '../../domain/failure.ts';
import { type LinkCode, linkFault } from '../../net/link-fault.ts';

/** Why there is no connection to the broker. */
export interface Trouble {
  /** In plain words, with the remedy where there is one. */
  readonly reason: string;
  /** Whether waiting does not help: a person must mend the set-up. */
  readonly mustAct: boolean;
  /** The reason code of MQTT that the broker gave, where it gave one. */
  readonly code?: number;
  /** Set where the other side closed the connection without a reason. */
  readonly cut?: true;
}

/** What the words depend on. */
export interface TroubleContext {
  readonly protocol: 5 | '3.1.1';
  readonly username?: string | undefined;
}

const wait = (reason: string): Trouble => ({ reason, mustAct: false });
const cut = (reason: string): Trouble => ({ reason, mustAct: false, cut: true });
const act = (reason: string): Trouble => ({ reason, mustAct: true });

/** Reason codes of CONNACK and DISCONNECT (MQTT 5, 2.4; the low ones MQTT 3.1.1, 3.2.2.3) that need no context. */
const BROKER_SAYS = new Map<number, Trouble>([
  [2, act('the broker does not take this client id: choose another mqtt.clientId')],
  [3, wait('the broker is not available')],
  [133, act('the broker does not take this client id: choose another mqtt.clientId')],
  [136, wait('the broker is not available')],
  [137, wait('the broker is busy')],
  [138, act('the broker has banned this client')],
  [139, wait('the broker is shutting down')],
  [141, wait('the broker heard nothing of us for too long')],
  [142, act('another client has taken our place: give each adapter a mqtt.clientId of its own')],
  [144, act('the broker does not take the topic of our state: choose another mqtt.statusTopic')],
  [152, wait('the broker ended the connection by its administrator')],
  [154, act('the broker keeps no retained messages, which our state needs')],
  [155, act('the broker allows QoS 0 only, where events are lost with the connection: allow QoS 1 there')],
  [156, act('the broker refers us to another server: set mqtt.url')],
  [157, act('the broker has moved to another server: set mqtt.url')],
]);

/** "Session taken over" (MQTT 5, 3.14.2.1): another client has connected by our id. */
export const TAKEN_OVER = 142;

/** Faults of the network and of TLS. */
const LINK: Readonly<Partial<Record<LinkCode, Trouble>>> = {
  'net.refused': wait('nothing listens there: does the broker run, and is mqtt.url right?'),
  'net.reset': cut('the other side cut the connection; if it always does, is mqtt.url right (TLS, port)?'),
  'net.closed': cut('the other side cut the connection'),
  'net.timeout': wait('the connection timed out'),
  'net.no-route': wait('no network leads there'),
  'net.host-unreachable': wait('the host cannot be reached'),
  'net.name-unknown': wait('the name is unknown: check the host in mqtt.url and the name server'),
  'net.no-name-server': wait('the name server does not answer'),
  'net.not-tls': act('it speaks no TLS there: is it mqtt or ws rather than mqtts or wss, or another port?'),
  'net.certificate-expired': act("the broker's certificate has expired (or the clock here is wrong)"),
  // The clock may be set soon after the start.
  'net.certificate-not-yet-valid': wait(
    "the broker's certificate is not valid yet: the clock here may be wrong",
  ),
  'net.certificate-name': act("the broker's certificate is for another name than the host in mqtt.url"),
  'net.certificate-revoked': act("the broker's certificate is revoked"),
  'net.client-certificate': act(
    'the broker wants a client certificate that it trusts: check mqtt.tls.cert and mqtt.tls.key',
  ),
  'net.tls-handshake': act(
    'the broker wants a client certificate that it trusts: check mqtt.tls.cert and mqtt.tls.key',
  ),
};

/** What MQTT.js says where no code does. */
const MESSAGES: readonly [RegExp, Trouble][] = [
  [
    /^connack timeout$/,
    wait('something listens there, but does not answer as an MQTT broker does: is mqtt.url right?'),
  ],
  [/^Keepalive timeout$/, wait('the broker does not answer any more')],
  [
    /^Unexpected server response: /,
    act('there is no MQTT over websockets there: check host, port and path of mqtt.url'),
  ],
  [/^Invalid |^Malformed |packet/i, act('what answers there is no MQTT broker: check mqtt.url')],
];

/** Why a connection could not be made or came to its end, in plain words. */
export function troubleOf(error: unknown, context: TroubleContext): Trouble {
  if (error instanceof Error && 'code' in error && typeof error.code === 'number')
    return refusal(error.code, context);
  if (error instanceof Failure) return act(error.message);
  const fault = linkFault(error);
  const known = LINK[fault.code];
  if (known !== undefined) return known;
  if (fault.code === 'net.certificate-untrusted')
    return act(`no known authority vouches for the broker's certificate (${fault.error}): check mqtt.tls.ca`);
  if (fault.code === 'net.tls-files')
    return act(`the TLS files cannot be used (${fault.error}): check the files of mqtt.tls`);
  const message = error instanceof Error ? error.message : String(error);
  const [, said] = MESSAGES.find(([pattern]) => pattern.test(message)) ?? [];
  return said ?? wait(message === '' ? 'the connection failed' : fault.error);
}

/** What the broker means by a reason code, of its refusal or its goodbye. */
export function refusal(code: number, context: TroubleContext): Trouble {
  return { ...meaningOf(code, context), code };
}

function meaningOf(code: number, { protocol, username }: TroubleContext): Trouble {
  if (code === 1 || code === 132)
    return act(
      `the broker does not speak MQTT ${protocol}: set mqtt.protocol to ${protocol === 5 ? '3.1.1' : '5'}`,
    );
  if (code === 4 || code === 5 || code === 134 || code === 135)
    return act(
      username === undefined
        ? 'the broker wants a login: set mqtt.username and mqtt.passwordFile'
        : 'the broker refuses the login: check mqtt.username and the password, and what this user may do',
    );
  return BROKER_SAYS.get(code) ?? wait(`the broker ended the connection (reason code ${code})`);
}

const SEE_LOG = "see the broker's log";
const URL_RIGHT = 'is mqtt.url right (with or without TLS, port)?';

/** Why a broker refuses a subscription, by the reason code of MQTT 5. */
const REFUSED: Readonly<Record<number, string>> = {
  143: 'the broker does not take this topic filter',
  151: 'the broker has no quota left',
  162: 'the broker takes no wildcards',
};

type At = { readonly place: string };

/** What trying the broker and the subscriptions came to. */
export const broker = {
  'broker.connected': ({
    way,
    user,
    protocol,
  }: {
    way: string;
    user: string | undefined;
    protocol: string;
  }) => ({
    text: `${way}; logged in ${user === undefined ? 'without a name' : `as ${user}`} by MQTT ${protocol}`,
    remedy: '',
  }),
  'broker.password-unread': ({ place, command }: At & { readonly command: string | undefined }) => ({
    text: `not tried: ${place} is there, but the password for the login cannot be read`,
    remedy:
      command === undefined ? 'fix mqtt.passwordFile first' : `to try it as the service does: ${command}`,
  }),
  'broker.closed': ({ place }: At) => ({
    text: `${place} closes the connection without an answer`,
    remedy: URL_RIGHT,
  }),
  'broker.silent': ({ place }: At) => ({
    text: `something listens at ${place}, but does not answer as an MQTT broker does`,
    remedy: URL_RIGHT,
  }),
  'broker.no-websocket': ({ place, error }: At & { readonly error: string }) => ({
    text: `there is no MQTT over websockets at ${place} (${error})`,
    remedy: 'check host, port and path in mqtt.url',
  }),
  'broker.not-mqtt': ({ place }: At) => ({
    text: `what answers at ${place} is not an MQTT broker`,
    remedy: 'check host and port in mqtt.url',
  }),
  'broker.protocol': ({ protocol, other }: { protocol: string; other: string }) => ({
    text: `the broker does not speak MQTT ${protocol}`,
    remedy: `set mqtt.protocol to ${other}`,
  }),
  'broker.login-required': (_: object) => ({
    text: 'the broker requires a login',
    remedy: 'set mqtt.username and mqtt.passwordFile',
  }),
  'broker.login-refused': ({ user, word }: { user: string; word: string }) => ({
    text: `the broker refuses the login of ${user}`,
    remedy: `check mqtt.username and the password in mqtt.passwordFile; set it anew at the broker: mosquitto_passwd FILE ${word}`,
  }),
  'broker.client-id-refused': ({ clientId }: { clientId: string }) => ({
    text: "the broker refuses the doctor's own client id; with the daemon's it would throw the daemon out, so the login was not tried further",
    remedy: `see what the daemon says: pilegate status; or allow client ids that begin with ${clientId}`,
  }),
  'broker.unavailable': ({ place, code }: At & { readonly code: number }) => ({
    text: `the broker at ${place} is not available just now (reason code ${code})`,
    remedy: `wait; if it stays so, ${SEE_LOG}`,
  }),
  'broker.banned': (_: object) => ({
    text: 'the broker has banned this client',
    remedy: 'lift the ban at the broker, or choose another mqtt.clientId',
  }),
  'broker.moved': (_: object) => ({
    text: 'the broker has moved to another server',
    remedy: 'set mqtt.url to the new one',
  }),
  'broker.refused': ({ code }: { code: number }) => ({
    text: `the broker refuses the connection (reason code ${code})`,
    remedy: `${SEE_LOG}, and what this login may do there`,
  }),
  'subscriptions.granted': ({ filters }: { filters: string }) => ({
    text: `granted at QoS 1: ${filters}`,
    remedy: '',
  }),
  'subscriptions.rules-wrong': (_: object) => ({
    text: 'not tried: the rules of the config are wrong',
    remedy: 'fix sources and contexts first',
  }),
  'subscriptions.unanswered': (_: object) => ({
    text: 'the broker does not answer to subscriptions',
    remedy: SEE_LOG,
  }),
  'subscriptions.no-login': (_: object) => ({
    text: 'not tried: there is no login at the broker',
    remedy: 'fix "broker" above first',
  }),
  'subscriptions.no-sharing': (_: object) => ({
    text: 'the broker has no shared subscriptions',
    remedy: 'leave mqtt.shareGroup out',
  }),
  'subscriptions.qos0': ({ filter }: { filter: string }) => ({
    text: `${filter} is granted at QoS 0 only: its events are lost with the connection`,
    remedy: 'allow QoS 1 at the broker (mosquitto: max_qos 1)',
  }),
  'subscriptions.refused': ({ filter, code }: { filter: string; code: number }) => ({
    text: `the subscription to ${filter} is refused: ${REFUSED[code] ?? 'this login may not read it'}`,
    remedy: `allow it at the broker (mosquitto's acl_file: topic read ${filter}), or correct the topic in sources or contexts`,
  }),
};

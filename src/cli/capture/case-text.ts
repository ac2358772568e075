/** A captured message as a case file. */

/** A message as it is written. */
export interface CapturedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** When it arrived: ISO 8601 with offset. */
  readonly at: string;
  readonly retained: boolean;
  readonly qos: 0 | 1 | 2;
}

/** The text of a case file that sends the message; what is expected is for `pilegate test --update` to write. */
export function caseText({ topic, payload, at, retained, qos }: CapturedMessage): string {
  const lines = [
    `now: ${at}`,
    'messages:',
    `  - topic: ${quoted(topic)}`,
    `    ${payloadMember(payload)}`,
    ...(retained ? ['    retained: true'] : []),
    ...(qos === 1 ? [] : [`    qos: ${qos}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function payloadMember(payload: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    return `payload: ${quoted(text)}`;
  } catch {
    return `hex: "${Buffer.from(payload).toString('hex')}"`;
  }
}

/** What YAML or a terminal does not show as it is. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u00a0]/u;

/** A YAML scalar: in single quotes where it can be read so, else with escapes. */
function quoted(text: string): string {
  if (!UNSEEN.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(new RegExp(UNSEEN, 'gu'), (char) =>
    char.split('').map(escaped).join(''),
  );
}

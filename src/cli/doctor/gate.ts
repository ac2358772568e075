import type { StationZone } from '../../domain/station-time.ts';
import type { Dialect } from '../../gate/port.ts';
import { describeGate, type GateProbe, probeGate } from '../../gate/probe.ts';
import type { GateSecrets, GateSettings } from '../../gate/settings.ts';
import { shellWord } from '../payload.ts';
import { at, endsSoon, linkVerdict, type Peer, wayTo } from './link.ts';
import { placeOf, type Reach, reach } from './tcp.ts';
import { combined, found, milliseconds, type Verdict } from './verdict.ts';

/** What came of trying the gate. */
export interface GateTry {
  readonly dialect: Pick<Dialect, 'url' | 'addressKeys' | 'signsTime' | 'readProbe'>;
  readonly peer: Peer;
  /** Undefined where a proxy stands between: the way there is the proxy's. */
  readonly reach: Reach | undefined;
  /** Undefined where the way there fails. */
  readonly probe: GateProbe | undefined;
}

/**
 * Tries the way to the gate, and a request that is no record.
 *
 * @param secrets where they are known: a dialect with a session then asks for a token
 * @throws Failure where its TLS files cannot be used
 */
export async function tryGate(
  settings: GateSettings,
  zone: StationZone,
  version: string,
  limitMs: number,
  secrets?: GateSecrets,
): Promise<GateTry> {
  const dialect = describeGate(settings, zone, secrets);
  const { url } = dialect;
  const peer: Peer = {
    ...placeOf(url),
    peer: 'gate',
    urlKey: 'gate.baseUrl',
    tlsKey: 'gate.tls',
    service: undefined,
  };
  const way = settings.proxy === 'off' ? await reach(peer, limitMs) : undefined;
  const probe = way?.kind === 'failed' ? undefined : await probeGate(settings, dialect, version, limitMs);
  return { dialect, peer, reach: way, probe };
}

const NOT_TRIED: Reach = { kind: 'failed', error: undefined, addresses: [] };

/** What a try says about the gate. */
export function gateVerdict(
  { dialect, peer, reach: way, probe }: GateTry,
  proxy: string,
  now: number,
): Verdict {
  const { url } = dialect;
  if (way?.kind === 'failed') return linkVerdict(way.error, peer, way, now);
  const through = proxy === 'off' ? at(peer) : `${at(peer)} (gate.proxy: ${proxy})`;
  if (probe === undefined || probe.kind === 'failed') {
    const error = probe?.error;
    if (error instanceof Error && error.name === 'TimeoutError')
      return found('red', 'gate.silent', { place: through, url: shellWord(url) });
    return linkVerdict(error, peer, way ?? NOT_TRIED, now, proxy === 'off' ? undefined : proxy);
  }
  const soon = way === undefined ? [] : endsSoon(way, peer, now);
  const path = way?.kind === 'reached' ? wayTo(way, peer) : through;
  const http = `HTTP ${milliseconds(probe.answered - probe.asked)}`;
  return combined([answerVerdict(probe, dialect, `${path}, ${http}`), ...soon]);
}

type Answered = Extract<GateProbe, { kind: 'answered' }>;

/** By the gate interface, "The reply": a readable `result` is the gate's own, whatever the status. */
function answerVerdict(
  { status, reading, page, location }: Answered,
  { url, addressKeys, readProbe }: GateTry['dialect'],
  way: string,
): Verdict {
  const answer = { url, status };
  const misplaced = { ...answer, keys: addressKeys };
  const said = reading.description.replace(/\s+/g, ' ').trim().slice(0, 200);
  if (status === 511 || (page && status < 300)) return found('red', 'gate.portal', answer);
  if (reading.kind === 'session') return found('green', 'gate.session', { way });
  if (reading.kind === 'busy') return found('yellow', 'gate.says-busy', { url, said });
  if (reading.kind === 'refused') {
    const refusal = { way, result: reading.result, said };
    return readProbe === undefined
      ? found('green', 'gate.answers', refusal)
      : found('red', 'gate.no-session', refusal);
  }
  if (reading.kind === 'delivered')
    return found('yellow', 'gate.accepts-anything', { url, keys: addressKeys });
  if (status >= 300 && status < 400)
    return found('red', 'gate.redirect', { ...answer, location: (location ?? '').slice(0, 200) });
  switch (status) {
    case 401:
    case 403:
      return found('red', 'gate.forbidden', answer);
    case 404:
    case 405:
    case 410:
      return found('red', 'gate.no-interface', misplaced);
    case 407:
      return found('red', 'gate.proxy-login', answer);
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
      return found('red', 'gate.overloaded', answer);
    default:
      return status >= 400
        ? found('yellow', 'gate.unclear', answer)
        : found('red', 'gate.not-the-gate', misplaced);
  }
}

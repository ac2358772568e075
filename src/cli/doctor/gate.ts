import type { StationZone } from '../../domain/station-time.ts';
import { describeGate, type GateProbe, probeGate } from '../../gate/probe.ts';
import type { GateSettings } from '../../gate/settings.ts';
import { safe, shellWord } from '../payload.ts';
import { at, endsSoon, linkVerdict, wayTo } from './link.ts';
import type { Peer } from './link-words.ts';
import { placeOf, type Reach, reach } from './tcp.ts';
import { both, combined, green, type InBoth, milliseconds, red, type Verdict, yellow } from './verdict.ts';

/** What came of trying the gate. */
export interface GateTry {
  readonly url: string;
  readonly peer: Peer;
  /** Undefined where a proxy stands between: the way there is the proxy's. */
  readonly reach: Reach | undefined;
  /** Undefined where the way there fails. */
  readonly probe: GateProbe | undefined;
}

/** Tries the way to the gate, and an empty request; never a record. @throws Failure where its TLS files cannot be used */
export async function tryGate(
  settings: GateSettings,
  zone: StationZone,
  version: string,
  limitMs: number,
): Promise<GateTry> {
  const dialect = describeGate(settings, zone);
  const { url } = dialect;
  const peer: Peer = {
    ...placeOf(url),
    who: both('the gate platform', '道闸平台'),
    urlKey: 'gate.baseUrl',
    tlsKey: 'gate.tls',
    service: undefined,
  };
  const way = settings.proxy === 'off' ? await reach(peer, limitMs) : undefined;
  const probe = way?.kind === 'failed' ? undefined : await probeGate(settings, dialect, version, limitMs);
  return { url, peer, reach: way, probe };
}

const NOT_TRIED: Reach = { kind: 'failed', error: undefined, addresses: [] };

/** What a try says about the gate. */
export function gateVerdict({ url, peer, reach: way, probe }: GateTry, proxy: string, now: number): Verdict {
  if (way?.kind === 'failed') return linkVerdict(way.error, peer, way, now);
  if (probe === undefined || probe.kind === 'failed') {
    const error = probe?.error;
    const through = proxy === 'off' ? at(peer) : `${at(peer)} (gate.proxy: ${proxy})`;
    if (error instanceof Error && error.name === 'TimeoutError')
      return red(
        both(`${through} takes the connection, but does not answer`, `${through} 可以连接，但没有应答`),
        both(
          `ask the gate platform; try it from elsewhere: curl -v -m 10 -d '{}' ${shellWord(url)}`,
          `请询问道闸平台；并从别处尝试：curl -v -m 10 -d '{}' ${shellWord(url)}`,
        ),
      );
    const verdict = linkVerdict(error, peer, way ?? NOT_TRIED, now);
    if (proxy === 'off') return verdict;
    return {
      ...verdict,
      remedy: both(
        `the fault may be the proxy's: check gate.proxy (now ${proxy}). ${verdict.remedy?.en ?? ''}`,
        `故障可能在代理：请检查 gate.proxy（现为 ${proxy}）。${verdict.remedy?.zh ?? ''}`,
      ),
    };
  }
  const soon = way === undefined ? [] : endsSoon(way, peer, now);
  return combined([answerVerdict(probe, url, wayText(way, peer, proxy, probe)), ...soon]);
}

type Answered = Extract<GateProbe, { kind: 'answered' }>;

function wayText(way: Reach | undefined, peer: Peer, proxy: string, { asked, answered }: Answered): InBoth {
  const path = way?.kind === 'reached' ? wayTo(way, peer) : both(`${at(peer)} (gate.proxy: ${proxy})`);
  const http = `HTTP ${milliseconds(answered - asked)}`;
  return both(`${path.en}, ${http}`, `${path.zh}，${http}`);
}

/** By the gate interface, "The reply": a readable `result` is the gate's own, whatever the status. */
function answerVerdict({ status, reading, page, location }: Answered, url: string, way: InBoth): Verdict {
  const said = safe(reading.description.replace(/\s+/g, ' ').trim()).slice(0, 200);
  const askPlatform = both(
    'ask the gate platform for the address of its interface, and compare gate.baseUrl and gate.service',
    '请向道闸平台索取接口地址，并核对 gate.baseUrl 和 gate.service',
  );
  if (status === 511 || (page && status < 300)) return portal(url, status);
  if (reading.kind === 'refused')
    return green(
      both(
        `${way.en}; it refuses an empty request, as it should (result ${reading.result}${said === '' ? '' : `: ${said}`})`,
        `${way.zh}；按预期拒绝了空请求（result ${reading.result}${said === '' ? '' : `：${said}`}）`,
      ),
    );
  if (reading.kind === 'delivered')
    return yellow(
      both(
        `${url} calls an empty request a success: it does not look at what it gets`,
        `${url} 对空请求也答复成功：说明它并不检查内容`,
      ),
      askPlatform,
    );
  const answered = both(`${url} answers ${status}`, `${url} 应答 ${status}`);
  if (status >= 300 && status < 400)
    return red(
      both(
        `${answered.en} and points to ${safe(location ?? 'nowhere').slice(0, 200)}: the gate has another address, or a login portal stands between`,
        `${answered.zh}，转向 ${safe(location ?? '').slice(0, 200)}：地址有变，或被上网认证页面拦截`,
      ),
      both(
        'if that is the gate platform, set gate.baseUrl to it; if it is a login portal, have this box let through to the internet',
        '若为道闸平台，请将 gate.baseUrl 改为该地址；若为认证页面，请网络管理方放行本机',
      ),
    );
  switch (status) {
    case 401:
    case 403:
      return red(
        both(`${answered.en}: it does not let us in`, `${answered.zh}：拒绝访问`),
        both(
          'ask the gate platform to admit this account and the address of this station',
          '请道闸平台放行此账号和本站的出口地址',
        ),
      );
    case 404:
    case 405:
    case 410:
      return red(
        both(
          `${answered.en}: there is no such interface at this address`,
          `${answered.zh}：该地址没有此接口`,
        ),
        askPlatform,
      );
    case 407:
      return red(
        both(`${answered.en}: the proxy wants a login`, `${answered.zh}：代理要求登录`),
        both('check gate.proxy', '请检查 gate.proxy'),
      );
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
      return red(
        both(
          `${answered.en}: the gate platform is out of order, or overloaded`,
          `${answered.zh}：道闸平台故障或过载`,
        ),
        both(
          'ask the gate platform; records wait, and go by themselves when it is back',
          '请联系道闸平台；记录会等待，恢复后自动发送',
        ),
      );
    default:
      return status >= 400
        ? yellow(
            both(
              `${answered.en} without a readable result: it may only dislike an empty request`,
              `${answered.zh}，没有可读的 result：可能只是不接受空请求`,
            ),
            both(
              'see whether records get through: pilegate status; if none does, ask the gate platform',
              '请查看记录能否送达：pilegate status；若都不能，请联系道闸平台',
            ),
          )
        : red(
            both(
              `${answered.en} without a readable result: it is not the gate that answers`,
              `${answered.zh}，没有可读的 result：应答者不是道闸平台`,
            ),
            askPlatform,
          );
  }
}

function portal(url: string, status: number): Verdict {
  return red(
    both(
      `a web page answers at ${url} (${status}), as a login portal or a proxy does: the gate is not reached`,
      `${url} 返回的是网页（${status}），像是上网认证页面或代理：没有到达道闸平台`,
    ),
    both(
      'log this box in to the network, or have it let through (portal, SIM card, firewall); is gate.baseUrl right?',
      '请为本机完成上网认证，或请网络管理方放行（认证页面、SIM 卡、防火墙）；并检查 gate.baseUrl',
    ),
  );
}

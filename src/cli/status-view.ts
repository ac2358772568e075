import type { StationZone } from '../domain/station-time.ts';
import type { Health } from '../outbox/reader/reader.ts';
import type { Colours } from './output.ts';
import { type Fault, faultsOf } from './status-faults.ts';
import { isoTime } from './times.ts';
import { type Voice, zoned } from './voice.ts';

/** What `status` shows besides the outbox's own health. */
export interface Around {
  readonly station: { readonly id: string; readonly name: string };
  /** This program's, where no daemon has said its own yet. */
  readonly version: string;
  readonly zone: StationZone;
  /** The wall clock, epoch milliseconds. */
  readonly now: number;
}

/** `status --json`, one object as the contract has it. Where no daemon runs the gate is as the last one said. */
export function statusJson(health: Health, { station, version, zone, now }: Around): object {
  const { running, daemon, oldestPending, lastDelivery } = health;
  const iso = (at: number | undefined) => (at === undefined ? null : isoTime(zone, at));
  const { quarantine, ...records } = health.counts;
  const connected = running && daemon?.mqtt.connected === true;
  // A daemon that was killed left behind since when it was connected, and nobody knows until when.
  const since = daemon?.mqtt.connected === connected ? daemon.mqtt.since : undefined;
  const silent = {
    state: running ? 'up' : 'down',
    since: undefined,
    reason: running ? '' : 'no daemon has run yet',
  };
  const gate = daemon?.gate ?? silent;
  return {
    version: daemon?.version ?? version,
    station: station.id,
    mqtt: { connected, since: iso(since) },
    gate: { state: gate.state, since: iso(gate.since), reason: gate.reason },
    records,
    quarantine,
    oldestPendingSeconds:
      oldestPending === undefined ? 0 : Math.max(0, Math.round((now - oldestPending) / 1000)),
    lastDeliveryAt: iso(lastDelivery),
  };
}

/** `status` for a person, one screen: what is wrong first, then how all of it stands. */
export function statusLines(
  health: Health,
  around: Around,
  { texts, told }: Pick<Voice, 'texts' | 'told'>,
  paint: Colours,
): string[] {
  const { zone, now, station } = around;
  const words = texts.status;
  const local = (at: number) => zoned(zone, at);
  const { running, daemon, counts, oldestPending, lastDelivery } = health;
  const faults = faultsOf(health, now);
  const said = faults.map((fault) => head(fault.level, faultText(fault)));
  const gate = daemon && words.gateState(daemon.gate.state, local(daemon.gate.since), !running);
  const unsaid = running ? words.runningSilent : words.stopped;
  const rows: [string, string][] = [
    [words.station, `${station.id} ${station.name}`],
    [words.daemon, running && daemon ? words.running(daemon.version, daemon.pid) : unsaid],
    [
      words.broker,
      running && daemon?.mqtt.connected ? words.connected(local(daemon.mqtt.since)) : words.disconnected,
    ],
    [words.gate, gate ?? words.unknown],
    [words.records, words.counts(counts)],
    [words.oldest, oldestPending === undefined ? words.none : words.age(Math.max(0, now - oldestPending))],
    [
      words.delivery,
      lastDelivery === undefined
        ? words.none
        : words.ago(Math.max(0, now - lastDelivery), local(lastDelivery)),
    ],
    [words.quarantine, counts.quarantine === 0 ? words.none : String(counts.quarantine)],
  ];
  const width = Math.max(...rows.map(([name]) => columnsOf(name)));
  return [
    ...(said.length > 0 ? said : [head('green', words.allWell)]),
    '',
    ...rows.map(([name, value]) => `${name}${' '.repeat(width - columnsOf(name))}  ${value}`),
  ];

  function faultText(fault: Fault): string {
    switch (fault.kind) {
      case 'no-daemon':
        return words.faults['no-daemon'](fault);
      case 'broker':
        return words.faults.broker({ since: fault.since === undefined ? undefined : local(fault.since) });
      case 'down':
      case 'held':
        return words.faults[fault.kind]({ since: local(fault.since), reason: told(fault.reason) });
      case 'backlog':
        return words.faults.backlog(fault);
      default:
        return words.faults[fault.kind](fault);
    }
  }

  function head(level: Fault['level'] | 'green', text: string): string {
    return `${paint.bold(paint[level](`● ${words.level[level]}`))}  ${text}`;
  }
}

/** The width of one of our own words. A library that knows every script takes a quarter of this command's time to load. */
function columnsOf(word: string): number {
  return word.replace(/[\u2e80-\uffff]/g, 'xx').length;
}

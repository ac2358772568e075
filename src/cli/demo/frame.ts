import stringWidth from 'string-width';
import { inEnglish } from '../../i18n/english.ts';
import type { Colours } from '../output.ts';
import type { Look, Phase } from './state.ts';
import type { Journey } from './tally.ts';
import { bars, ms, pad, padStart } from './text.ts';

/** How long something counts as new and moves or shines, milliseconds. */
const FRESH = 700;
const LATEST = 6;
/** The fewest columns that the three boxes and their arrows fit into. */
export const NARROWEST = 72;

const PHASES: Readonly<Record<Phase, string>> = {
  normal: 'all is well',
  outage: 'the gate is away: records wait on disk',
  recovery: 'the gate is back: newest first',
  drain: 'no more sessions: the last ones arrive',
  over: 'every record is at the gate',
};

/**
 * Draws one moment for a terminal of `columns` columns, in lines of at most that width.
 * Three boxes stand in the way of an event: piles, outbox, gate; below are the rates and the latest sessions.
 */
export function frame(look: Look, columns: number, colours: Colours): string {
  const width = Math.max(NARROWEST, Math.min(columns, 120)) - 1;
  return [
    header(look, width, colours),
    '',
    ...way(look, width, colours),
    trouble(look, width, colours),
    ...rates(look, width, colours),
    '',
  ]
    .concat(latest(look, width, colours))
    .map((line) => line.trimEnd())
    .join('\n');
}

function header(
  { phase, phaseEndsAt, now, startedAt, summary }: Look,
  width: number,
  colours: Colours,
): string {
  const left = phaseEndsAt === undefined ? '' : `, ${Math.ceil((phaseEndsAt - now) / 1000)} s more`;
  const lost = phase === 'over' && summary.lost > 0;
  const story = lost ? `${summary.lost} records did not reach the gate` : PHASES[phase] + left;
  const clock = `${Math.floor((now - startedAt) / 1000)} s `;
  const title = ' pilegate demo  ';
  const words = pad(` ${story}`, width - title.length - clock.length - 1);
  const calm = phase === 'over' ? colours.bgGreen : colours.bgBlue;
  const paint = phase === 'outage' || lost ? colours.bgRed : calm;
  return `${colours.bold(title)}${paint(colours.white(words))} ${clock}`;
}

/** Why the daemon does not deliver, in its own words. */
function trouble({ daemon: { gate } }: Look, width: number, colours: Colours): string {
  const why = gate.reason === undefined ? '' : inEnglish(gate.reason);
  return gate.state === 'up' ? '' : colours.red(pad(` gate ${gate.state}: ${why}`, width));
}

interface Box {
  readonly width: number;
  /** Six lines, each `width` columns wide. */
  readonly lines: readonly string[];
}

function way(look: Look, width: number, colours: Colours): string[] {
  const [piles, outbox, gate] = [pilesBox(look, colours), outboxBox(look, colours), gateBox(look, colours)];
  const between = width - 1 - piles.width - outbox.width - gate.width;
  const published = look.journeys.map((journey) => journey.endedAt);
  const arrived = look.journeys.flatMap((journey) => journey.arrivedAt ?? []);
  const mqtt = arrow(look, published, Math.floor(between / 2), 'MQTT', false, colours);
  const http = arrow(look, arrived, Math.ceil(between / 2), 'HTTP', look.phase === 'outage', colours);
  return piles.lines.map(
    (line, row) => ` ${line}${mqtt[row]}${outbox.lines[row]}${http[row]}${gate.lines[row]}`,
  );
}

function pilesBox(look: Look, colours: Colours): Box {
  const cells = look.piles.map((deviceId) => {
    const own = look.journeys.filter((journey) => journey.session.deviceId === deviceId);
    const fresh = own.some((journey) => look.now - journey.endedAt < FRESH);
    const cell = `${fresh ? '●' : '○'} ${pad(deviceId, 4)}${padStart(String(own.length), 4)}`;
    return fresh ? colours.cyan(cell) : colours.dim(cell);
  });
  const half = Math.ceil(cells.length / 2);
  const rows = Array.from(
    { length: half },
    (_, row) => `${cells[row] ?? ''}  ${cells[row + half] ?? ' '.repeat(10)}`,
  );
  return { width: 22, lines: [colours.bold(pad(`${look.piles.length} PILES`, 22)), ...rows] };
}

function outboxBox({ daemon, phase }: Look, colours: Colours): Box {
  const { waiting, pending, delivered, parked } = daemon.records;
  const row = (name: string, count: number, paint: (text: string) => string): string => {
    const line = `${pad(name, 11)}${padStart(String(count), 6)}`;
    return count > 0 ? paint(line) : colours.dim(line);
  };
  return {
    width: 17,
    lines: [
      colours.bold(pad('OUTBOX, on disk', 17)),
      row('pending', pending, phase === 'outage' ? colours.red : colours.yellow),
      row('delivered', delivered, colours.green),
      row('parked', parked, colours.red),
      row('waiting', waiting, colours.yellow),
      row('quarantine', daemon.quarantine, colours.red),
    ],
  };
}

function gateBox({ daemon, phase, summary, outage, now }: Look, colours: Colours): Box {
  const width = 19;
  const away = phase === 'outage' && outage !== undefined;
  const state = away ? ` AWAY for ${ms(now - outage.from)}` : daemon.gate.state;
  const paint = away ? (text: string) => colours.bgRed(colours.white(text)) : colours.green;
  return {
    width,
    lines: [
      colours.bold(pad('GATE PLATFORM', width)),
      (daemon.gate.state === 'up' || away ? paint : colours.red)(pad(state, width)),
      pad(`received   ${padStart(String(summary.delivered), 6)}`, width),
      pad(`sent twice ${padStart(String(summary.sentTwice), 6)}`, width),
      pad(summary.medianMs === null ? '' : `median     ${padStart(ms(summary.medianMs), 6)}`, width),
      pad('', width),
    ],
  };
}

/** Six lines: an arrow in the middle on which what happened within the last moment travels. */
function arrow(
  { now }: Look,
  times: readonly number[],
  width: number,
  name: string,
  broken: boolean,
  colours: Colours,
): string[] {
  const length = width - 4;
  const line = Array.from({ length }, () => '─');
  for (const time of times) {
    const age = now - time;
    if (age < FRESH) line[Math.floor((age / FRESH) * length)] = '●';
  }
  const shaft = broken ? colours.red(`${'─'.repeat(length - 1)}✗ `) : `${colours.cyan(line.join(''))}▶`;
  const blank = ' '.repeat(width);
  const label = broken ? colours.red(pad(`  ${name}`, width)) : colours.dim(pad(`  ${name}`, width));
  return [blank, blank, label, `  ${shaft} `, blank, blank];
}

/** Sessions a second at the piles and at the gate since the start, the outage in red. */
function rates({ now, startedAt, journeys, outage }: Look, width: number, colours: Colours): string[] {
  const name = 15;
  const secondOf = (time: number): number => Math.floor((time - startedAt) / 1000);
  const perSecond = (times: readonly number[]): number[] => {
    const counts = Array.from({ length: secondOf(now) + 1 }, () => 0);
    for (const time of times) counts[secondOf(time)] = (counts[secondOf(time)] ?? 0) + 1;
    return counts;
  };
  const ended = perSecond(journeys.map((journey) => journey.endedAt));
  const arrived = perSecond(journeys.flatMap((journey) => journey.arrivedAt ?? []));
  // The burst after the outage stands out of its row; the rest keeps its height.
  const highest = Math.max(...ended, 1);
  const from = Math.max(0, ended.length - (width - name));
  const inOutage = (second: number): boolean =>
    outage !== undefined && second >= secondOf(outage.from) && second < secondOf(outage.to ?? now + 1000);
  const painted = bars(arrived, highest).map((bar, second) =>
    inOutage(second) ? colours.red(bar === ' ' ? '_' : bar) : colours.green(bar),
  );
  return [
    pad(' piles, per s', name) + colours.cyan(bars(ended, highest).slice(from).join('')),
    pad(' gate, per s', name) + painted.slice(from).join(''),
  ];
}

/** The latest sessions, newest first: whose, and where they are. */
function latest({ journeys, now, phase }: Look, width: number, colours: Colours): string[] {
  const line = ({ session, endedAt, arrivedAt }: Journey): string => {
    const energy = `${session.kWh.toFixed(2)} kWh`;
    const money = `${session.yuan.toFixed(2)} yuan`;
    const what = ` ${session.deviceId}  ${pad(session.plateNo, 9)}${padStart(energy, 11)}${padStart(money, 13)}   `;
    const room = width - stringWidth(what);
    if (arrivedAt !== undefined)
      return what + colours.green(pad(`at the gate after ${ms(arrivedAt - endedAt)}`, room));
    const paint = phase === 'outage' ? colours.red : colours.yellow;
    return what + paint(pad(`pending for ${ms(now - endedAt)}`, room));
  };
  return journeys.slice(-LATEST).reverse().map(line);
}

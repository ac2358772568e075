import { execFileSync } from 'node:child_process';
import { atEnd } from '../support/cleanup.ts';

/** One of the two ways that lead out of the station box. */
export type Side = 'broker' | 'gate';

/** The network between the station box and the rest. */
export interface Link {
  /** The address at which the box finds what is there. */
  readonly host: Readonly<Record<Side, string>>;
  /** The command, to be run inside the box. */
  inside(command: readonly string[]): string[];
  /**
   * Cuts a way until it is mended. `gone`: the box has no such link; `deaf`: what is sent to the box vanishes;
   * `mute`: what the box sends vanishes; `dark`: both.
   */
  cut(side: Side, how: string): void;
  mend(side: Side): void;
}

/** A network without a cut in it: what is left where there are no namespaces. */
export const LOOPBACK: Link = {
  host: { broker: '127.0.0.1', gate: '127.0.0.1' },
  inside: (command) => [...command],
  cut: () => {},
  mend: () => {},
};

/** Nobody's: a neighbour whose frames no interface takes. */
const NOBODY = '02:00:00:00:00:01';

/** Makes a namespace for the box, and two links into it; gone at the end of the run. Throws where there can be none. */
export function makeLink(): Link {
  // Several runs on one machine must not meet.
  const net = `10.${214 + ((process.pid >> 8) % 40)}.${process.pid % 256}`;
  const space = `pilegate-chaos-${process.pid}`;
  const ways = {
    broker: { near: `pc${process.pid}b`, far: `pc${process.pid}y`, host: `${net}.1`, box: `${net}.2` },
    gate: { near: `pc${process.pid}g`, far: `pc${process.pid}z`, host: `${net}.5`, box: `${net}.6` },
  };
  ip('netns', 'add', space);
  atEnd(() => ip('netns', 'delete', space));
  ip('-n', space, 'link', 'set', 'lo', 'up');
  for (const { near, far, host, box } of Object.values(ways)) {
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', space);
    ip('address', 'add', `${host}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    ip('-n', space, 'address', 'add', `${box}/30`, 'dev', far);
    ip('-n', space, 'link', 'set', far, 'up');
  }
  const misled = (side: Side, verb: 'replace' | 'delete', deaf: boolean, mute: boolean): void => {
    const { near, far, host, box } = ways[side];
    const lladdr = verb === 'replace' ? ['lladdr', NOBODY, 'nud', 'permanent'] : [];
    if (deaf) ip('neighbour', verb, box, ...lladdr, 'dev', near);
    if (mute) ip('-n', space, 'neighbour', verb, host, ...lladdr, 'dev', far);
  };
  let cuts: { readonly side: Side; readonly how: string }[] = [];
  return {
    host: { broker: ways.broker.host, gate: ways.gate.host },
    inside: (command) => ['ip', 'netns', 'exec', space, ...command],
    cut: (side, how) => {
      cuts.push({ side, how });
      if (how === 'gone') ip('-n', space, 'link', 'set', ways[side].far, 'down');
      else misled(side, 'replace', how !== 'mute', how !== 'deaf');
    },
    mend: (side) => {
      for (const { how } of cuts.filter((cut) => cut.side === side)) {
        if (how === 'gone') ip('-n', space, 'link', 'set', ways[side].far, 'up');
        else misled(side, 'delete', how !== 'mute', how !== 'deaf');
      }
      cuts = cuts.filter((cut) => cut.side !== side);
    },
  };
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import type { Fleet, FleetCounts, PilesOptions } from '../simulator/piles.ts';
import type { PileSession } from '../simulator/piles-session.ts';
import { interrupted } from './interrupted.ts';
import { print, printJson, say } from './output.ts';
import { amount, time, wholeNumber } from './simulate-options.ts';

interface Options {
  readonly url: string;
  readonly piles: number;
  readonly rate: number;
  readonly count?: number;
  readonly duration?: number;
  readonly repeats: number;
  readonly seed?: number;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly quiet?: true;
  readonly json?: true;
}

/** `simulate piles`: a fleet of piles that publishes made-up sessions, until Ctrl-C or a limit. */
export function simulatePilesCommand(): Command {
  return new Command('piles')
    .description('run a fleet of piles that publish made-up sessions to a broker')
    .option('--url <url>', 'the broker: mqtt, mqtts, ws or wss', 'mqtt://127.0.0.1:1883')
    .option('--piles <number>', 'how many piles: D001, D002, …', wholeNumber(1, 10_000), 10)
    .option('--rate <number>', 'sessions that end per second, over all piles', amount(0.001, 100_000), 1)
    .option('--count <number>', 'end after so many sessions', wholeNumber(1, 1_000_000_000))
    .option('--duration <time>', 'end after this time, such as 30s or 5m', time)
    .option('--repeats <share>', 'share of bills that are published again, 0 to 0.9', amount(0, 0.9), 0.05)
    .option('--seed <number>', 'make the same cars and amounts each time', wholeNumber(0, 2 ** 32 - 1))
    .option('--username <name>', 'user at the broker')
    .option('--password-file <file>', 'file with the password')
    .option('--ca <file>', "PEM file with the authority of the broker's certificate")
    .option('--quiet', 'no line for each bill')
    .option('--json', 'each bill as a JSON object a line')
    .addHelpText(
      'after',
      `
Each pile has its own device id and connection, and publishes at QoS 1 on piles/{deviceId}/session/end.
A line for each bill that the broker has acknowledged goes to stdout, the progress to stderr.
Exits 1 where the broker left a bill without acknowledgement.

Examples:
  pilegate simulate piles
  pilegate simulate piles --piles 50 --rate 20 --duration 1m --quiet
  pilegate simulate piles --count 300 --rate 1000 --json | jq -r .orderNo`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { startPiles } = await import('../simulator/piles.ts');
  const started = performance.now();
  const fleet = await startPiles(fleetOptions(options));
  say(`${options.piles} piles connected to ${options.url}, Ctrl-C ends it`);
  const timer = setInterval(() => tell(fleet.counts(), started), 5000);
  const counts = await Promise.race([fleet.done, stopWhenInterrupted(fleet)]);
  clearInterval(timer);
  tell(counts, started);
  if (counts.waiting === 0) return;
  throw new Failure(
    `${counts.waiting} bills were published to ${options.url} and never acknowledged: the broker went away or is ` +
      'too slow. Look at its log.',
  );
}

async function stopWhenInterrupted(fleet: Fleet): Promise<FleetCounts> {
  await interrupted();
  return await fleet.stop();
}

function fleetOptions(options: Options): PilesOptions {
  const { url, piles, rate, repeats, count, seed, username, passwordFile, ca } = options;
  return {
    url,
    piles,
    rate,
    repeats,
    ...(count === undefined ? {} : { count }),
    ...(options.duration === undefined ? {} : { durationMs: options.duration }),
    ...(seed === undefined ? {} : { seed }),
    login: {
      ...(username === undefined ? {} : { username }),
      ...(passwordFile === undefined ? {} : { password: read(passwordFile, 'the password').trimEnd() }),
      ...(ca === undefined ? {} : { ca: read(ca, "the broker's authority") }),
    },
    ...(options.quiet ? {} : { onPublished: options.json ? printBillAsJson : printBill }),
  };
}

function printBill({ deviceId, orderNo, plateNo }: PileSession, repeat: boolean): void {
  print(`${deviceId}  ${orderNo}  ${plateNo}${repeat ? '  published again' : ''}`);
}

function printBillAsJson({ deviceId, orderNo, plateNo, topic, payload }: PileSession, repeat: boolean): void {
  printJson({ at: new Date().toISOString(), deviceId, orderNo, plateNo, repeat, topic, payload });
}

function tell({ sessions, repeated, acknowledged, waiting, connected }: FleetCounts, started: number): void {
  const seconds = Math.round((performance.now() - started) / 1000);
  say(
    `after ${seconds} s: ${sessions} sessions, ${repeated} bills published again, ` +
      `${acknowledged} acknowledged, ${waiting} waiting, ${connected} piles connected`,
  );
}

function read(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`cannot read ${what} from ${path}: ${why}`, 1, { cause: error });
  }
}

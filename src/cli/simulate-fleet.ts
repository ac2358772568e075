import { Command } from 'commander';
import { interrupted } from './interrupted.ts';
import { say } from './output.ts';
import { wholeNumber } from './simulate-options.ts';

/** `simulate fleet`: the statuses of made-up boxes, for `pilegate fleet`. */
export function simulateFleetCommand(): Command {
  return new Command('fleet')
    .description('publish the retained statuses of made-up boxes to a broker, until Ctrl-C')
    .option('--url <url>', 'the broker: mqtt, mqtts, ws or wss', 'mqtt://127.0.0.1:1883')
    .option('--boxes <number>', 'how many', wholeNumber(1, 5_000), 100)
    .option('--changes <number>', 'how many boxes say something new each second', wholeNumber(0, 5_000), 10)
    .addHelpText(
      'after',
      `
Each twentieth box is offline, each thirtieth has another config than the rest. The statuses stay at the broker as
retained messages: use a broker of your own.

Example:
  pilegate simulate fleet --boxes 1000`,
    )
    .action(async ({ url, boxes, changes }: { url: string; boxes: number; changes: number }) => {
      const { simulateFleet } = await import('../simulator/fleet.ts');
      const stop = new AbortController();
      void interrupted().then(() => stop.abort());
      await simulateFleet({
        url,
        boxes,
        changes,
        signal: stop.signal,
        published: () => say(`${boxes} boxes at ${url}, Ctrl-C ends it`),
      });
    });
}

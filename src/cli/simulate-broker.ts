import { Command } from 'commander';
import type { BrokerCounts } from '../simulator/broker.ts';
import { interrupted } from './interrupted.ts';
import { print, printJson } from './output.ts';
import { wholeNumber } from './simulate-options.ts';

/** `simulate broker`: the embedded broker in the foreground, until Ctrl-C. */
export function simulateBrokerCommand(): Command {
  return new Command('broker')
    .description('run an embedded MQTT broker, for a machine without one')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <number>', 'the port to listen on; 0 takes any free one', wholeNumber(0, 65_535), 1883)
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
It speaks MQTT 3.1 and 3.1.1, not 5: set \`protocol: 3.1.1\` under \`mqtt:\` in the config. It asks for no
password and keeps its sessions in memory: for trying out, not for a station.

Examples:
  pilegate simulate broker
  pilegate simulate broker --port 0 --json | head -1     # which port it took`,
    )
    .action(run);
}

async function run({ host, port, json }: { host: string; port: number; json?: true }): Promise<void> {
  const { startEmbeddedBroker } = await import('../simulator/broker.ts');
  const broker = await startEmbeddedBroker({ host, port });
  const tell = (words: string, data: object): void => (json ? printJson(data) : print(words));
  tell(`listening on ${broker.url} (MQTT 3.1.1), Ctrl-C ends it`, { url: broker.url });
  let last = '';
  const tellCounts = (): void => {
    const counts = broker.counts();
    const words = inWords(counts);
    if (words !== last) tell(words, { at: new Date().toISOString(), ...counts });
    last = words;
  };
  const timer = setInterval(tellCounts, 5000);
  await interrupted();
  clearInterval(timer);
  tellCounts();
  await broker.stop();
}

function inWords({ clients, published, acknowledged }: BrokerCounts): string {
  return `${clients} connected, ${published} published, ${acknowledged} acknowledged by subscribers`;
}

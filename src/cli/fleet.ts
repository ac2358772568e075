import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { listen } from '../config/values.ts';
import { Failure } from '../domain/failure.ts';
import { visible } from '../domain/visible-text.ts';
import { type Box, Boxes } from '../fleet/boxes.ts';
import { catalogue } from '../i18n/catalogue.ts';
import type { Catalogue } from '../i18n/en/index.ts';
import type { GlobalOptions } from './global-options.ts';
import { interrupted } from './interrupted.ts';
import { language, print, printJson, say } from './output.ts';
import { amount } from './simulate-options.ts';
import { table } from './table.ts';

interface Options {
  readonly broker: string;
  readonly topic: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly settle: number;
  readonly watch?: true;
  readonly json?: true;
  readonly listen?: string;
}

/** A change is on screen so soon, milliseconds. */
const DRAW_MS = 1_000;

/** `fleet`: many boxes in one table. */
export function fleetCommand(): Command {
  return new Command('fleet')
    .description('one table of many boxes, from their retained status messages at one broker')
    .requiredOption('--broker <url>', 'the broker: mqtt, mqtts, ws or wss')
    .option('--topic <filter>', "where the boxes' statuses are", 'pilegate/+/status')
    .option('--username <name>', 'user at the broker')
    .option('--password-file <file>', 'file with the password')
    .option('--ca <file>', "PEM file with the authority of the broker's certificate")
    .option('--settle <seconds>', 'how long to wait for retained messages', amount(0.1, 60), 2)
    .option('--watch', 'stay, and draw the table again when something changes')
    .option('--json', 'one JSON object a box, a line each')
    .option('--listen <host:port>', 'stay, and serve a page and /metrics of all boxes')
    .addHelpText(
      'after',
      `
Each box is shown with what it says is wrong with it, and what only the whole fleet shows:
  offline          its last will fired, or it said goodbye
  silent           it reports by an uplink, which speaks each minute, and has not for 5 minutes
  duplicate-id     another box has the same station id or client id
  config-differs   its config is not that of most boxes of its group (topics that differ in the station alone)
  key-differs      likewise the fingerprint of its gate key
Exit 0 where no box has a problem, 1 where one has, or none was found.

Examples:
  pilegate fleet --broker mqtts://center.example.com --username ops --password-file ops.password
  pilegate fleet --broker mqtt://127.0.0.1 --watch
  pilegate fleet --broker mqtt://127.0.0.1 --json | jq -r 'select(.problems != []) | .station'
  pilegate fleet --broker mqtt://127.0.0.1 --listen 127.0.0.1:9700`,
    )
    .action(async (options: Options, command: Command) => {
      const { lang } = command.optsWithGlobals<GlobalOptions>();
      const tongue = language(lang, process.env);
      await run(options, tongue, await catalogue(tongue));
    });
}

async function run(options: Options, lang: string, texts: Catalogue): Promise<void> {
  const { subscribeToFleet } = await import('../fleet/subscribe.ts');
  const at = options.listen === undefined ? undefined : listen('where').safeParse(options.listen);
  if (at !== undefined && (!at.success || at.data === undefined))
    throw new Failure('--listen: allowed is HOST:PORT such as 127.0.0.1:9700', 2);
  const boxes = new Boxes();
  const client = await subscribeToFleet(
    {
      url: options.broker,
      topic: options.topic,
      username: options.username,
      password:
        options.passwordFile === undefined ? undefined : read(options.passwordFile).toString().trimEnd(),
      ca: options.ca === undefined ? undefined : read(options.ca),
    },
    boxes,
  );
  try {
    await sleep(options.settle * 1000);
    if (at?.data !== undefined) await serve(at.data, boxes, lang, texts);
    else if (options.watch) await watch(boxes, texts);
    else show(boxes, options.json === true, texts);
  } finally {
    client.end(true);
  }
}

function show(boxes: Boxes, json: boolean, texts: Catalogue): void {
  const all = boxes.list(Date.now());
  if (json) for (const box of all) printJson(jsonOf(box));
  else if (all.length > 0) for (const line of tableOf(all, texts)) print(line);
  if (all.length === 0) say(texts.fleet.none);
  if (boxes.ignored > 0) say(texts.fleet.ignored(boxes.ignored));
  if (all.length === 0 || all.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
}

function jsonOf({ lastHeard, oldestPending, ...box }: Box): object {
  return {
    ...box,
    oldestPending: oldestPending === '' ? null : oldestPending,
    lastHeard: lastHeard === undefined ? null : new Date(lastHeard).toISOString(),
  };
}

function tableOf(all: readonly Box[], texts: Catalogue): string[] {
  const heads = texts.fleet.heads.map((head) => ({ head }));
  return table(
    heads,
    all.map((box) => cellsOf(box, texts)),
  );
}

/** A box as a row; what it says of itself is made visible. */
function cellsOf(box: Box, { fleet }: Catalogue): string[] {
  const { station, name, version, online, gate, records, quarantine, oldestPending, lastHeard, problems } =
    box;
  return [
    station,
    name,
    version,
    online ? fleet.online : fleet.offline,
    gate,
    String(records.pending + records.waiting),
    oldestPending,
    String(records.parked),
    String(quarantine),
    lastHeard === undefined ? '' : new Date(lastHeard).toISOString().slice(0, 19).concat('Z'),
    problems.join(' '),
  ].map(visible);
}

async function watch(boxes: Boxes, texts: Catalogue): Promise<void> {
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(process.stdout);
  const timer = setInterval(() => {
    const all = boxes.list(Date.now());
    const troubled = all.filter(({ problems }) => problems.length > 0);
    const rows = Math.max(1, (process.stdout.rows ?? 24) - 3);
    // What is wrong first: a screen holds few of a thousand boxes.
    const shown = [...troubled, ...all.filter(({ problems }) => problems.length === 0)].slice(0, rows);
    draw([texts.fleet.summary(all.length, troubled.length), ...tableOf(shown, texts)].join('\n'));
  }, DRAW_MS);
  await interrupted();
  clearInterval(timer);
  draw.done();
}

async function serve(
  at: { readonly host: string; readonly port: number },
  boxes: Boxes,
  lang: string,
  texts: Catalogue,
): Promise<void> {
  const { listenForFleet } = await import('../fleet/listen.ts');
  const { title, heads } = texts.fleet;
  const { url, server } = await listenForFleet(at, boxes, {
    lang,
    title,
    heads,
    cells: (box) => cellsOf(box, texts),
  });
  say(texts.fleet.listening(url));
  await interrupted();
  server.close();
  server.closeAllConnections();
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(`cannot read ${file}: ${error instanceof Error ? error.message : error}`, 2, {
      cause: error,
    });
  }
}

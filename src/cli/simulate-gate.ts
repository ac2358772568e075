import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { Failure } from '../domain/failure.ts';
import { DIALECTS, type Dialect } from '../simulator/gate/dialect.ts';
import { FAULT_HELP, parseFault } from '../simulator/gate/fault-text.ts';
import type { Fault } from '../simulator/gate/faults.ts';
import type { GateOptions } from '../simulator/gate/gate.ts';
import type { GateEvent } from '../simulator/gate/reception.ts';
import { interrupted } from './interrupted.ts';
import { colours, print, printJson, say } from './output.ts';
import { readKey } from './sign.ts';
import { wholeNumber } from './simulate-options.ts';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly keyFile?: string;
  readonly parkId?: readonly string[];
  readonly dialect: Dialect;
  readonly service: string;
  readonly serviceField?: string;
  readonly signEmptyFields?: boolean;
  readonly moneyUnit: 'yuan' | 'fen';
  readonly grantRepeats?: true;
  readonly fault?: readonly Fault[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly json?: true;
}

/** The key of the interface document's example, for a gate that is given none. */
const EXAMPLE_KEY = '192006250b4c09247ec02edce69f6a2d';

/** `simulate gate`: the reference receiver in the foreground, until Ctrl-C. */
export function simulateGateCommand(): Command {
  return new Command('gate')
    .description('run a gate platform that checks every rule of the interface and says which one is broken')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <number>', 'the port to listen on; 0 takes any free one', wholeNumber(0, 65_535), 9650)
    .option(
      '--key-file <file>',
      "the file with the key (else $PILEGATE_GATE_KEY, else the document's example)",
    )
    .option('--park-id <id>', 'a car park it serves, repeatable; any by default', collect)
    .addOption(new Option('--dialect <name>', 'how it answers').choices(DIALECTS).default('strict'))
    .option('--service <path>', "the address's end", 'chargePile/chargingRecord')
    .option(
      '--service-field <name>',
      'the field that must name the service; the address then ends in `service`',
    )
    .option('--sign-empty-fields', 'empty values are signed (php: they are unless told otherwise)')
    .option('--no-sign-empty-fields', 'empty values are not signed')
    .addOption(
      new Option('--money-unit <unit>', 'what money comes in').choices(['yuan', 'fen']).default('yuan'),
    )
    .option('--grant-repeats', 'take a repeated order number for a new record, as one real gate does')
    .option('--fault <fault>', 'a misfortune to order, repeatable; see below', collectFault)
    .option('--tls-cert <file>', 'PEM file with its certificate, for https')
    .option('--tls-key <file>', 'PEM file with the key of the certificate')
    .option('--tls-ca <file>', 'PEM file with the authority of the client certificates it asks for')
    .option('--json', 'each request as a JSON object a line')
    .addHelpText(
      'after',
      `
A line for each request goes to stdout. GET / is a page that shows what arrived, GET /records all of it as JSON.
The path before the address's end does not matter, so any gate.baseUrl that leads here is good.
Dialects: strict is the interface document's way; mux, gin and php answer as real receivers do.

${FAULT_HELP}

Examples:
  pilegate simulate gate --host 0.0.0.0 --key-file gate.key --park-id 3302122004
  pilegate simulate gate --dialect gin --fault latency=200ms --fault status=503,retry-after=5,share=10%
  pilegate simulate gate --fault away,from=10s,to=40s --fault refuse=车辆已离场,plate=^浙BD
  pilegate simulate gate --port 0 --json | jq -c 'select(.verdict == "refused")'`,
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const { startGate } = await import('../simulator/gate/gate.ts');
  const key = keyOf(flags.keyFile);
  const tell = flags.json ? tellJson : teller();
  const gate = await startGate({ ...gateOptions(flags), key, onRequest: tell });
  if (flags.json) printJson({ listening: gate.url, port: gate.port, dialect: flags.dialect });
  else print(`listening on ${gate.url} (${flags.dialect}), Ctrl-C ends it`);
  await interrupted();
  const { requests, repeats, refused } = gate;
  say(`${requests} requests, ${gate.records().length} records, ${repeats} repeats, ${refused} refused`);
  await gate.close();
}

function keyOf(file: string | undefined): string {
  if (file !== undefined || process.env['PILEGATE_GATE_KEY'] !== undefined) return readKey(file);
  say(`no --key-file: the key is the interface document's example, ${EXAMPLE_KEY}`);
  return EXAMPLE_KEY;
}

function gateOptions(flags: Flags): Omit<GateOptions, 'key'> {
  const { host, port, parkId, dialect, service, serviceField, signEmptyFields, moneyUnit, fault } = flags;
  return {
    host,
    port,
    dialect,
    service,
    moneyUnit,
    idempotent: flags.grantRepeats !== true,
    ...(fault === undefined ? {} : { faults: fault }),
    ...(parkId === undefined ? {} : { parkIds: parkId }),
    ...(serviceField === undefined ? {} : { serviceField }),
    ...(signEmptyFields === undefined ? {} : { signEmptyFields }),
    ...tlsOptions(flags),
  };
}

function tlsOptions({ tlsCert, tlsKey, tlsCa }: Flags): Pick<GateOptions, 'tls'> {
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return {};
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new Failure('https takes both --tls-cert and --tls-key', 2);
  }
  const ca = tlsCa === undefined ? {} : { ca: readPem(tlsCa) };
  return { tls: { cert: readPem(tlsCert), key: readPem(tlsKey), ...ca } };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`cannot read ${file}: ${why}`, 1, { cause });
  }
}

function tellJson({ at, ...event }: GateEvent): void {
  printJson({ at: new Date(at).toISOString(), ...event });
}

/** Readable lines: when, the verdict, the record, and what is to be said of it. */
function teller(): (event: GateEvent) => void {
  const { green, red, yellow } = colours();
  const paint = { accepted: green, repeat: yellow, refused: red, fault: red, stray: red };
  return ({ at, ms, method, path, status, verdict, description, detail, fault, body }) => {
    const fields = new Map(typeof body === 'object' && body !== null ? Object.entries(body) : []);
    const about = fields.has('orderNo')
      ? `${fields.get('orderNo')} ${fields.get('plateNo')}`
      : `${method} ${path}`;
    // What came may hold anything: nothing of it may steer the terminal.
    const more = [about, fault, description, detail].flatMap((part) => part?.replace(/\p{Cc}+/gu, ' ') ?? []);
    const when = new Date(at).toISOString();
    print(`${when} ${paint[verdict](verdict)} ${status} ${ms.toFixed(1)}ms ${more.join('  ')}`);
  };
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function collectFault(text: string, before: readonly Fault[] = []): Fault[] {
  return [...before, parseFault(text)];
}

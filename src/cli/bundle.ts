import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import { parseLogLine } from '../ops/pretty.ts';
import { VERSION } from '../version.ts';
import { type ConfigPart, configPart } from './bundle/config.ts';
import { type OutboxPart, outboxPart } from './bundle/outbox.ts';
import { Redactor } from './bundle/redact.ts';
import { type Member, tar } from './bundle/tar.ts';
import type { GlobalOptions } from './global-options.ts';
import { findPlace } from './locate-outbox.ts';
import { language, print, say } from './output.ts';
import { ownCommand, runBounded, type Said } from './own-command.ts';
import { safe } from './payload.ts';
import { speechIn } from './voice.ts';

/** `doctor` and `status` get so long, milliseconds. */
const COMMAND_MS = 60_000;
const MAX_SAID = 4 * 2 ** 20;
/** The journal gets so long, and so much of its end is kept. */
const JOURNAL_MS = 30_000;
const MAX_LOG = 8 * 2 ** 20;

interface BundleOptions extends GlobalOptions {
  readonly unit: string;
}

/** `bundle`: what whoever helps needs to know, in one file that may be sent. */
export function bundleCommand(): Command {
  return new Command('bundle')
    .description('a support archive (tar.gz) without plates, VINs, keys and passwords')
    .argument('<file>', 'where it goes; nothing may lie there')
    .option('--unit <name>', 'the service whose log of the last day goes in', 'pilegate')
    .addHelpText(
      'after',
      `
In it: the version, the config's values, what doctor and status say, the log of the last day where there is a
journal, and facts of the outbox: counts, sizes, why rows are where they are. Plates, VINs, keys and passwords are
taken out in whatever encoding they stand; a text that may hold one in a way that is not understood is left out as a
whole. Station, addresses and order numbers stay. The file is readable for its owner only.

Example:
  sudo pilegate bundle support.tar.gz`,
    )
    .action(run);
}

async function run(file: string, _: object, command: Command): Promise<void> {
  const { config, unit, lang } = command.optsWithGlobals<BundleOptions>();
  const { texts } = await speechIn(language(lang, process.env));
  const path = resolve(file);
  if (existsSync(path)) throw new Failure(texts.support.exists(safe(file)));
  say(texts.support.collecting);
  const own = (name: string) =>
    ownCommand(['--config', config, '--lang', 'en', name, '--json'], {
      limitMs: COMMAND_MS,
      maxBytes: MAX_SAID,
    });
  const journal = runBounded(
    'journalctl',
    ['--no-pager', '--output', 'cat', '--unit', unit, '--since', '-24h'],
    { limitMs: JOURNAL_MS, maxBytes: MAX_LOG },
  );
  const settings = configPart(config, process.env);
  const outbox = await outboxOf(config);
  const [doctor, status, log] = await Promise.all([own('doctor'), own('status'), journal]);
  const members = membersOf({ settings, outbox, doctor, status, log });
  const bytes = gzipSync(tar(members, Date.now()));
  write(path, file, bytes, texts.support.unwritable);
  print(texts.support.bundled(safe(file), members.map(({ name }) => name).join(', '), bytes.length));
}

async function outboxOf(config: string): Promise<OutboxPart> {
  try {
    return outboxPart((await findPlace(config, process.env)).path);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { value: { unreadable: error.message }, plates: new Set() };
  }
}

interface Parts {
  readonly settings: ConfigPart;
  readonly outbox: OutboxPart;
  readonly doctor: Said;
  readonly status: Said;
  readonly log: Said;
}

function membersOf({ settings, outbox, doctor, status, log }: Parts): Member[] {
  const redactor = new Redactor({ secrets: settings.secrets, plates: outbox.plates });
  const json = (name: string, value: unknown): Member => ({
    name: `pilegate-bundle/${name}`,
    text: `${JSON.stringify(redactor.value(value), undefined, 2)}\n`,
  });
  return [
    json('version.json', {
      pilegate: VERSION,
      node: process.versions.node,
      system: `${process.platform} ${process.arch} ${release()}`,
    }),
    json('config.json', settings.value),
    json('doctor.json', objectOf(doctor)),
    json('status.json', objectOf(status)),
    json('outbox.json', outbox.value),
    { name: 'pilegate-bundle/log.ndjson', text: logOf(log, redactor) },
  ];
}

/** What a command said as JSON; else that it did not, and why. */
function objectOf({ code, stdout, stderr }: Said): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return { exit: code ?? null, unavailable: stderr.split('\n') };
  }
}

/** The log, line by line: JSON where it is; the first line may be cut, and then it is not. */
function logOf({ code, stdout, stderr }: Said, redactor: Redactor): string {
  if (code !== 0 && stdout === '')
    return `${JSON.stringify({ unavailable: redactor.text(stderr.trim()) })}\n`;
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  return lines
    .map((line) => {
      const entry = parseLogLine(line);
      return `${entry ? JSON.stringify(redactor.value(entry)) : redactor.text(line)}\n`;
    })
    .join('');
}

function write(
  path: string,
  file: string,
  bytes: Uint8Array,
  unwritable: (file: string, why: string) => string,
) {
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      rmSync(path, { force: true });
    throw new Failure(unwritable(safe(file), safe(why)), 1, { cause: error });
  }
}

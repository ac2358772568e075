import { type DocCommand, type DocOption, everyCommand } from './commands.ts';

// biome-ignore format: a table
const EXIT_CODES = [
  ['0', 'done'],
  ['1', 'it failed, or what was examined is not in order'],
  ['2', 'wrong usage'],
  ['78', 'the config is wrong; systemd does not start the service again for it'],
] as const;

// biome-ignore format: a table
const FILES = [
  ['/etc/pilegate/config.yaml', 'the config, where neither --config nor PILEGATE_CONFIG names another'],
  ['gate.key, mqtt.password', 'the secrets, beside the config, where nothing else names them; readable by their owner alone'],
  ['/var/lib/pilegate/outbox.db', 'the outbox of the installed service; with another config, outbox.db beside it'],
  ['/usr/share/doc/pilegate/examples/config.example.yaml', 'an example of every key'],
] as const;

// biome-ignore format: a table
const ENVIRONMENT = [
  ['PILEGATE_CONFIG', 'the config'],
  ['PILEGATE_GATE_KEY', "the gate's key, where no file or credential has it"],
  ['PILEGATE_MQTT_PASSWORD', "the broker's password, where no file or credential has it"],
  ['CREDENTIALS_DIRECTORY', 'where systemd puts the credentials gate.key and mqtt.password'],
  ['STATE_DIRECTORY', 'where systemd keeps the outbox'],
  ['HTTP_PROXY, HTTPS_PROXY, NO_PROXY', 'the proxy to the gate, where gate.proxy is env'],
  ['LC_ALL, LC_MESSAGES, LANG', 'the language of what is said'],
  ['NO_COLOR', 'no colours'],
] as const;

/** Writes the man page pilegate(1) in roff. */
export function manPage(program: DocCommand, version: string): string {
  const commands = everyCommand(program).filter(({ name }) => name !== '');
  return `${[
    `.\\" made by "npm run docs"`,
    `.TH PILEGATE 1 "" "pilegate ${version}" "User Commands"`,
    '.SH NAME',
    `pilegate \\- ${roff(program.description)}`,
    '.SH SYNOPSIS',
    '.B pilegate',
    '.RI [ options ]',
    '.I command',
    '.RI [ arguments ]',
    '.SH DESCRIPTION',
    'Each event that a pile publishes becomes a record in the outbox on disk before the broker hears that it arrived,',
    'and stays there until the gate platform has taken it. Data goes to stdout, words about it to stderr.',
    '.SH OPTIONS',
    'These stand before or after any command.',
    ...program.options.flatMap(optionLines),
    ...entry('\\-\\-help', 'say more of a command'),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => entry(code, roff(meaning))),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, meaning]) => entry(roff(name), roff(meaning))),
    '.SH FILES',
    ...FILES.flatMap(([name, meaning]) => entry(roff(name), roff(meaning))),
    '.SH SIGNALS',
    'The daemon stops on SIGTERM and SIGINT, with nothing lost, and reads its config again on SIGHUP: a wrong one is',
    'logged and the old one kept.',
    '.SH SEE ALSO',
    '.BR systemctl (1),',
    '.BR journalctl (1),',
    '.BR mosquitto (8)',
  ].join('\n')}\n`;
}

function commandLines(command: DocCommand): string[] {
  const { name, description, usage, options, commands, after } = command;
  const title = ['pilegate', name, usage].filter((word) => word !== '').join(' ');
  const lines = [`.SS "${roff(title)}"`, ...prose(`${description}.`)];
  if (commands.length > 0) return lines;
  for (const argument of command.arguments) lines.push(...entry(roff(argument.name), roff(argument.text)));
  lines.push(...options.flatMap(optionLines));
  if (after !== '') lines.push('.PP', '.EX', ...after.split('\n').map(roff), '.EE');
  return lines;
}

function optionLines({ flags, text }: DocOption): string[] {
  return entry(roff(flags), roff(text));
}

function entry(term: string, text: string): string[] {
  return ['.TP', `\\fB${term}\\fR`, text];
}

function prose(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(roff);
}

/** Text as roff wants it: nothing of it is a request, and beyond ASCII each character by its code point. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `\\[u${hex(character)}]`)
    .replace(/^\./, '\\&.');
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

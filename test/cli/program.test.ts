import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { VERSION } from '../../src/version.ts';
import { pilegate } from '../support/cli.ts';

/** Every command at every depth, with its whole name. */
function walk(command: Command, name = ''): [string, Command][] {
  return command.commands.flatMap((child) => {
    const full = `${name} ${child.name()}`.trim();
    return [[full, child] as [string, Command], ...walk(child, full)];
  });
}

/** What `--help` prints. */
function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  return help;
}

const commands = walk(await buildProgram());

describe('every command', () => {
  it.each(commands)('%s says what it does and gives an example', (name, command) => {
    expect(command.description()).not.toBe('');
    expect(helpOf(command)).toMatch(new RegExp(`\\nExamples?:\\n.*pilegate ${name.split(' ')[0]}`, 's'));
  });

  it.each(commands.filter(([, { commands: parts }]) => parts.length === 0))(
    '%s is loaded only when it is called',
    async (name) => {
      const find = async (argv: string[]) => {
        const found = walk(await buildProgram(argv)).find(([full]) => full === name);
        return found?.[1];
      };
      expect((await find(['--help']))?.options).toEqual([]);
      expect(helpOf((await find(name.split(' '))) ?? new (await import('commander')).Command())).toContain(
        'Example',
      );
    },
  );
});

describe('the program', () => {
  it('lists every command with what it does', async () => {
    const { code, stdout, stderr } = await pilegate(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const [name] of commands) if (!name.includes(' ')) expect(stdout).toContain(`\n  ${name} `);
  });

  it('prints its version', async () => {
    expect(await pilegate(['--version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it.each([
    [['chek'], "error: unknown command 'chek'\n(Did you mean check?)"],
    [['check', '--jsn'], "error: unknown option '--jsn'\n(Did you mean --json?)"],
    [['check', 'x'], "error: too many arguments for 'check'. Expected 0 arguments but got 1: x."],
    [['check', '--event', 'x'], 'error: --event and --topic go together'],
    [
      ['--lang', 'fr', 'check'],
      "error: option '--lang <language>' argument 'fr' is invalid. Allowed choices are zh, en.",
    ],
    [['simulate', 'gat3'], "error: unknown command 'gat3'\n(Did you mean gate?)"],
  ])('refuses a wrong usage: %j', async (args, said) => {
    const program = await buildProgram(args);
    const quiet = (command: Command): void => {
      command.configureOutput({ writeErr: () => {} });
      for (const child of command.commands) quiet(child);
    };
    quiet(program);
    await expect(program.parseAsync(args, { from: 'user' })).rejects.toMatchObject({
      name: 'CommanderError',
      message: said,
    });
  });

  it('ends with 2 on a wrong usage, with the remedy on stderr', async () => {
    expect(await pilegate(['chek'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "error: unknown command 'chek'\n(Did you mean check?)\n",
    });
  });

  it('ends with 2 and its help when called with nothing', async () => {
    const { code, stdout, stderr } = await pilegate([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: pilegate');
  });
});

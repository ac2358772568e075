import type { Command, Option } from 'commander';

/** An option as the man page and the completions need it. */
export interface DocOption {
  /** As it is typed, such as `--config`. */
  readonly name: string;
  /** As help shows it, such as `--config <file>`. */
  readonly flags: string;
  readonly text: string;
  /** The name of its value, such as `file`; none for a switch. */
  readonly value?: string;
  /** The words that its value may be, where they are few. */
  readonly choices: readonly string[];
  readonly repeatable: boolean;
}

/** A command, a group of them, or the program itself, which has no name. */
export interface DocCommand {
  /** Its words after `pilegate`, such as `records list`. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Its arguments as help shows them, such as `<order...>`. */
  readonly usage: string;
  readonly arguments: readonly { readonly name: string; readonly text: string }[];
  readonly options: readonly DocOption[];
  /** What its help says after the options: examples. */
  readonly after: string;
  readonly commands: readonly DocCommand[];
}

/** Reads what the docs tell from a command and those below it; `before` are the words that lead to it. */
export function describe(command: Command, before: readonly string[] = []): DocCommand {
  const help = command.createHelp();
  return {
    name: before.join(' '),
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: command.registeredArguments
      .map((argument) => help.argumentTerm(argument))
      .map(bracket)
      .join(' '),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      text: argument.description,
    })),
    options: [...command.options.map((option) => describeOption(option, help.optionDescription(option)))],
    after: textAfterHelp(command),
    commands: command.commands.map((child) => describe(child, [...before, child.name()])),
  };

  function bracket(term: string, index: number): string {
    const argument = command.registeredArguments[index];
    const name = `${term}${argument?.variadic ? '...' : ''}`;
    return argument?.required ? `<${name}>` : `[${name}]`;
  }
}

function describeOption(option: Option, text: string): DocOption {
  const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  const listed = /these: (\w+(?:, \w+)+)/.exec(option.description)?.[1]?.split(', ') ?? [];
  return {
    name: option.long ?? option.flags,
    flags: option.flags,
    text,
    ...(value === undefined ? {} : { value }),
    choices: option.argChoices ?? listed,
    repeatable: /repeatable|several times/.test(option.description),
  };
}

/** Commander hands out these texts only by printing them. */
function textAfterHelp(command: Command): string {
  let printed = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (text) => (printed += text) });
  command.outputHelp();
  command.configureOutput(writeOut ? { writeOut } : {});
  const help = command.helpInformation();
  return printed.slice(printed.indexOf(help) + help.length).trim();
}

/** A command and all below it, from the top. */
export function everyCommand(top: DocCommand): DocCommand[] {
  return [top, ...top.commands.flatMap(everyCommand)];
}

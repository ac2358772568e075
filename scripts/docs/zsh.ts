import { type DocCommand, type DocOption, everyCommand } from './commands.ts';

/** Writes the completion for zsh, as a file `_pilegate` on its `fpath`. */
export function zshCompletion(program: DocCommand): string {
  const functions = everyCommand(program)
    .map((command) =>
      command.commands.length > 0 ? groupFunction(command, program) : leafFunction(command, program),
    )
    .join('\n');
  return `#compdef pilegate
# zsh completion for pilegate; made by \`npm run docs\`
${functions}
if [[ $funcstack[1] == _pilegate ]]; then
  _pilegate "$@"
else
  compdef _pilegate pilegate
fi
`;
}

function groupFunction(group: DocCommand, program: DocCommand): string {
  const names = group.commands.map(({ name, summary }) => quote(`${lastWord(name)}:${summary}`));
  if (group === program) names.push(quote('help:say more of a command'));
  const branches = group.commands.map(({ name }) => `        ${lastWord(name)}) ${functionName(name)} ;;`);
  return `${functionName(group.name)}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \\
${specs(group, program)} \\
    '1:command:->command' \\
    '*::argument:->rest'
  case $state in
    command)
      local -a commands
      commands=(
        ${names.join('\n        ')}
      )
      _describe command commands
      ;;
    rest)
      case $words[1] in
${branches.join('\n')}
      esac
      ;;
  esac
}`;
}

function leafFunction(command: DocCommand, program: DocCommand): string {
  const takes = command.arguments.map(({ name }) => ` \\\n    '*:${name}: '`).slice(0, 1);
  return `${functionName(command.name)}() {
  _arguments \\
${specs(command, program)}${takes.join('')}
}`;
}

function specs(command: DocCommand, program: DocCommand): string {
  const shared = command === program ? [] : program.options.filter(({ name }) => name !== '--version');
  return [...command.options, ...shared]
    .map((option) => `    ${spec(option)}`)
    .concat("    '--help[say more]'")
    .join(' \\\n');
}

function spec({ name, text, value, choices, repeatable }: DocOption): string {
  const start = `${repeatable ? '*' : ''}${name}[${text.replaceAll(/[[\]:\\]/g, '\\$&')}]`;
  if (value === undefined) return quote(start);
  let action = ' ';
  if (choices.length > 0) action = `(${choices.join(' ')})`;
  else if (value === 'file') action = '_files';
  return quote(`${start}:${value}:${action}`);
}

function functionName(name: string): string {
  return ['_pilegate', ...name.split(' ').filter((word) => word !== '')].join('_');
}

function lastWord(name: string): string {
  return name.split(' ').at(-1) ?? name;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

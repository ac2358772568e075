import { type DocCommand, type DocOption, everyCommand } from './commands.ts';

/** Writes the completion for bash; it needs nothing but bash 4. */
export function bashCompletion(program: DocCommand): string {
  const commands = everyCommand(program);
  const valued = new Set(
    commands.flatMap(({ options }) => options.filter(takesValue).map(({ name }) => name)),
  );
  const steps = commands.filter(({ name }) => name !== '').map(({ name }) => step(name));
  const values = commands.flatMap((command) =>
    command.options.filter(takesValue).map((option) => valueCase(command, option)),
  );
  return `# bash completion for pilegate; made by \`npm run docs\`
_pilegate() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at= word words i
  # --option=value comes as three words
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${[...valued].join(' | ')})
        [[ \${COMP_WORDS[i + 1]} != = ]] || ((i++))
        ((i++))
        continue
        ;;
    esac
    case "$at $word" in
${[...steps, `      ' help') at=help ;;`].join('\n')}
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $at in
${commands
  .map(({ name, options }) =>
    choice(
      name,
      options.map((option) => option.name),
    ),
  )
  .join('\n')}
    esac
    words="$words --help${program.options
      .filter(({ name }) => name !== '--version')
      .map(({ name }) => ` ${name}`)
      .join('')}"
  else
    case $at in
${[program, ...program.commands.filter(({ commands: below }) => below.length > 0)]
  .map(({ name, commands: below }) =>
    choice(name, [...below.map(lastWord), ...(name === '' ? ['help'] : [])]),
  )
  .join('\n')}
${choice('help', program.commands.map(lastWord))}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur" | sort -u)
}
complete -F _pilegate pilegate
`;
}

function takesValue(option: DocOption): boolean {
  return option.value !== undefined;
}

function lastWord({ name }: DocCommand): string {
  return name.split(' ').at(-1) ?? name;
}

function step(name: string): string {
  const words = name.split(' ');
  return `      '${words.slice(0, -1).join(' ')} ${words.at(-1)}') at='${name}' ;;`;
}

function choice(name: string, words: readonly string[]): string {
  return `      '${name}') words='${words.join(' ')}' ;;`;
}

/** The program's own options stand behind every command. */
function valueCase({ name: command }: DocCommand, { name, value, choices }: DocOption): string {
  const pattern = command === '' ? `*' ${name}'` : `'${command} ${name}'`;
  if (choices.length > 0)
    return `    ${pattern}) mapfile -t COMPREPLY < <(compgen -W '${choices.join(' ')}' -- "$cur"); return ;;`;
  if (value === 'file')
    return `    ${pattern}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;`;
  return `    ${pattern}) return ;;`;
}

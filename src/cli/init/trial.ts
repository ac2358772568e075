import { checkLines } from '../doctor.ts';
import { print, say } from '../output.ts';
import { ownCommand } from '../own-command.ts';
import type { Speech } from '../voice.ts';

/** `doctor` gets so long, milliseconds. */
const LIMIT_MS = 60_000;
const MAX_BYTES = 1_048_576;

/** What `doctor --json` says of one check. */
interface CheckSaid {
  readonly id: string;
  readonly title: string;
  readonly level: 'red' | 'yellow' | 'green';
  readonly seen: string;
  readonly remedy: string | undefined;
}

/**
 * Tries a config as the doctor does, and prints what was seen; but not whether the daemon runs, which nobody has started
 * yet. @returns the exit code: 0, 1 where anything is red, 78 where the config is so wrong that nothing can be tried
 */
export async function tryStation(config: string, { lang, texts }: Pick<Speech, 'lang' | 'texts'>) {
  const args = ['--config', config, '--lang', lang, 'doctor', '--json'];
  const { code, stdout, stderr } = await ownCommand(args, { limitMs: LIMIT_MS, maxBytes: MAX_BYTES });
  const checks = checksIn(stdout).filter(({ id }) => id !== 'daemon');
  for (const one of checks) for (const line of checkLines(one, { texts })) print(line);
  if (checks.length === 0) say(stderr.trim());
  if (code === 78) return 78;
  return checks.length === 0 || checks.some(({ level }) => level === 'red') ? 1 : 0;
}

function checksIn(json: string): CheckSaid[] {
  try {
    const checks: unknown = Object(JSON.parse(json)).checks;
    return Array.isArray(checks) ? checks.flatMap((one) => checkFrom(one) ?? []) : [];
  } catch {
    return [];
  }
}

function checkFrom(value: unknown): CheckSaid | undefined {
  const { id, title, level, seen, remedy } = Object(value);
  const isLevel = level === 'red' || level === 'yellow' || level === 'green';
  if (typeof id !== 'string' || typeof title !== 'string' || typeof seen !== 'string' || !isLevel)
    return undefined;
  return { id, title, level, seen, remedy: typeof remedy === 'string' ? remedy : undefined };
}

import type { Log, LogFields } from '../../src/domain/log.ts';
import { spoken } from './spoken.ts';

/** A line that was logged: its fields, with its level and its message. */
export type Said = LogFields & { readonly level: string; readonly msg: string };

/** A log that nobody reads. */
export const silent: Log = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  isLevelEnabled: () => false,
};

/** A log that keeps what is said in `lines`. */
export function logInto(lines: Said[]): Log {
  const at = (level: string) => (fields: LogFields, msg: string) =>
    void lines.push({ ...spoken(fields), level, msg });
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    isLevelEnabled: () => true,
  };
}

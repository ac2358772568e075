import type { Reason } from '../../../domain/reason.ts';
import type { ProblemVoice } from '../../texts.ts';

/** A mistake or warning: its place (`FILE:LINE:COL: key: `), the reason, and the command that checks again. */
type Placed = {
  readonly place: string;
  readonly reason: Reason;
};

type Checked = { readonly file: string; readonly check: string };

/** What reading the config, the key, the password and the certificates came to. */
export const config = {
  'config.ok': ({ station, sources, contexts }: { station: string; sources: number; contexts: number }) => ({
    text: `no mistake: station ${station}, ${sources} source(s), ${contexts} context(s)`,
    remedy: '',
  }),
  'config.unreadable': ({ reason, file, check }: { reason: Reason } & Checked, { say }: ProblemVoice) => ({
    text: say(reason),
    remedy: `fix it in ${file}, until this says nothing: ${check}`,
  }),
  'config.mistake': (
    { place, reason, count, file, check }: Placed & Checked & { readonly count: number },
    { say }: ProblemVoice,
  ) => ({
    text: place + say(reason),
    remedy: `fix ${count === 1 ? 'it' : 'them'} in ${file}, until this says nothing: ${check}`,
  }),
  'config.warning': ({ place, reason, file, check }: Placed & Checked, { say }: ProblemVoice) => ({
    text: place + say(reason),
    remedy: `fix it in ${file}, then: ${check}`,
  }),
  'config.part-wrong': ({ part }: { part: string }) => ({
    text: `not tried: the config's ${part} is wrong`,
    remedy: 'fix the config first: pilegate check',
  }),
  'secret.ok': ({
    key,
    password,
    user,
  }: {
    key: string | undefined;
    password: string | undefined;
    user: string | undefined;
  }) => ({
    text: [
      ...(key === undefined ? [] : [`the key is read from ${key}`]),
      ...(password === undefined
        ? []
        : [`the password${user === undefined ? '' : ` of ${user}`} from ${password}`]),
    ].join(', '),
    remedy: '',
  }),
  'secret.tls-file': ({ place, reason, key }: Placed & { readonly key: string }, { say }: ProblemVoice) => ({
    text: place + say(reason),
    remedy: `put the PEM file there, or change ${key}`,
  }),
  'secret.no-rights': ({ place, reason }: Placed, { say }: ProblemVoice) => ({
    text: place + say(reason),
    remedy: 'look with enough rights: sudo pilegate doctor',
  }),
  'secret.wrong': (
    { place, reason, secret, into }: Placed & { readonly secret: 'key' | 'password'; readonly into: string },
    { say }: ProblemVoice,
  ) => ({
    text: place + say(reason),
    remedy: `write ${secret === 'key' ? 'the key that the gate platform gave' : 'the password that the broker knows'} alone into it: install -m 600 /dev/stdin ${into} (type it, then Enter and Ctrl-D)`,
  }),
  'secret.service-only': ({ name, line, command }: { name: string; line: string; command: string }) => ({
    text: `${name} is a credential that systemd hands to the service alone (${line}): a command run by hand does not see it, so it was not looked at`,
    remedy: `to try it as the service does: ${command}`,
  }),
  'secret.unusual': ({ reason }: { reason: Reason }, { say }: ProblemVoice) => ({
    text: say(reason),
    remedy: 'compare it with what the gate platform gave',
  }),
  'secret.surrounded': (
    { reason, path }: { reason: Reason; path: string | undefined },
    { say }: ProblemVoice,
  ) => ({
    text: say(reason),
    remedy:
      path === undefined
        ? 'give it without what is around it, then: systemctl restart pilegate'
        : `it does no harm; to clean it: sed -i '1s/^\\xEF\\xBB\\xBF//; s/^[ \\t]*//; s/[ \\t\\r]*$//' ${path}`,
  }),
  'check.failed': ({ reason }: { reason: Reason }, { say }: ProblemVoice) => ({
    text: say(reason),
    remedy: 'fix the config first: pilegate check',
  }),
  'check.defect': ({ message }: { message: string }) => ({
    text: `it could not be tried: ${message}`,
    remedy: 'that is a defect of pilegate, please report it',
  }),
};

import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Operator } from '../domain/operator.ts';

/** What names the person at the shell. */
export interface LoginFacts {
  /** `/proc/self/loginuid`: the user that logged in, kept over sudo and su; undefined where it cannot be read. */
  readonly loginUid: string | undefined;
  /** `/etc/passwd`. */
  readonly passwd: string;
  /** `SUDO_USER`, which the person could have set. */
  readonly sudoUser: string | undefined;
  /** The user that this process runs as. */
  readonly user: string;
}

/** What `/proc/self/loginuid` says where nobody logged in. */
const NO_LOGIN = '4294967295';

/** Who acts: the login user, else `SUDO_USER`, marked as such, else the user of the process. */
export function whoActs({ loginUid, passwd, sudoUser, user }: LoginFacts): string {
  if (loginUid !== undefined && /^\d+$/.test(loginUid) && loginUid !== NO_LOGIN) {
    const line = passwd.split('\n').find((one) => one.split(':')[2] === loginUid);
    return line?.split(':')[0] || `uid ${loginUid}`;
  }
  return sudoUser === undefined || sudoUser === '' ? user : `${sudoUser} (SUDO_USER)`;
}

/** The person at this shell. */
export function currentOperator(): Operator {
  const who = whoActs({
    loginUid: readText('/proc/self/loginuid')?.trim(),
    passwd: readText('/etc/passwd') ?? '',
    sudoUser: process.env['SUDO_USER'],
    user: userName(),
  });
  return { who, via: 'cli' };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

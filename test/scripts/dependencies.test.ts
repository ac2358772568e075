import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge, severeIn } from '../../scripts/dependencies/judge.ts';

const GOOD = { license: 'MIT', resolved: 'https://example.com/a.tgz', integrity: 'sha512-x' };

function judged(entry: object, dependencies: Record<string, string> = {}): string[] {
  return judge(
    JSON.stringify({ dependencies }),
    JSON.stringify({ packages: { '': {}, 'node_modules/a': { ...GOOD, ...entry } } }),
  );
}

describe('the dependencies', () => {
  it('of this project have exact versions, checksums, licences we may pass on, and run no scripts', () => {
    expect(judge(readFileSync('package.json', 'utf8'), readFileSync('package-lock.json', 'utf8'))).toEqual(
      [],
    );
  });

  it.each([
    [{ hasInstallScript: true }, 'a: runs a script when it is installed'],
    [{ license: 'GPL-3.0' }, 'a: licence GPL-3.0'],
    [{ license: undefined }, 'a: licence unknown'],
    [{ license: 'MPL-2.0' }, 'a: licence MPL-2.0'],
    [{ integrity: undefined }, 'a: the lock has no checksum'],
  ])('are refused with %j', (entry, fault) => {
    expect(judged(entry)).toEqual([fault]);
  });

  it('that are only tools may have licences that ask for more', () => {
    expect(judged({ license: 'MPL-2.0', dev: true })).toEqual([]);
  });

  it.each(['^1.2.3', '~1.2.3', '1.x', '*', 'latest'])('are refused at the version %s', (version) => {
    expect(judged({}, { a: version })).toEqual([`a: ${version} is no exact version`]);
  });
});

describe('advisories', () => {
  it('count from high severity up', () => {
    const of = (severity: string) => ({ severity, range: '<2.0.0' });
    const report = JSON.stringify({ vulnerabilities: { a: of('high'), b: of('low'), c: of('critical') } });
    expect(severeIn(report)).toEqual([
      'a <2.0.0: an advisory of high severity',
      'c <2.0.0: an advisory of critical severity',
    ]);
  });

  it.each(['', 'npm error', '{"message":"405 Method Not Allowed"}'])(
    'are unknown where the registry gives none: %j',
    (report) => {
      expect(severeIn(report)).toBeUndefined();
    },
  );
});

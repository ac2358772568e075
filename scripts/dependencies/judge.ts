import { z } from 'zod';

/** What may go into the package: licences that ask for no more than their text to be kept. */
const SHIPPED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
]);
/** Tools beside it may also have these: they are used and not passed on. */
const USED = new Set([...SHIPPED, 'MPL-2.0', 'CC-BY-4.0', 'Python-2.0', 'MIT OR Apache-2.0']);

const manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const entry = z.looseObject({
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
});
const lockFile = z.looseObject({ packages: z.record(z.string(), entry) });
const audit = z.looseObject({
  vulnerabilities: z.record(z.string(), z.looseObject({ severity: z.string(), range: z.string() })),
});

/**
 * What is wrong with the dependencies, a line each.
 * @param packageJson the text of package.json
 * @param lock the text of package-lock.json
 * @throws ZodError where either is none
 */
export function judge(packageJson: string, lock: string): string[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest.parse(JSON.parse(packageJson));
  const { packages } = lockFile.parse(JSON.parse(lock));
  const pins = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).flatMap(
    ([name, version]) =>
      /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ? [] : [`${name}: ${version} is no exact version`],
  );
  const locked = Object.entries(packages).flatMap(([path, { license, dev, resolved, ...rest }]) => {
    const name = path.replace(/^.*node_modules\//, '');
    // Ourselves, and packages of platforms that nobody on Linux fetches.
    if (path === '' || (resolved === undefined && rest.optional)) return [];
    return [
      ...(rest.hasInstallScript ? [`${name}: runs a script when it is installed`] : []),
      ...(rest.integrity === undefined ? [`${name}: the lock has no checksum`] : []),
      ...((dev ? USED : SHIPPED).has(license ?? '') ? [] : [`${name}: licence ${license ?? 'unknown'}`]),
    ];
  });
  return [...pins, ...locked];
}

/** The advisories of high or critical severity that `npm audit --json` tells of, a line each; undefined where it got no answer. */
export function severeIn(report: string): string[] | undefined {
  const { data } = audit.safeParse(parsed(report));
  if (data === undefined) return undefined;
  return Object.entries(data.vulnerabilities)
    .filter(([, { severity }]) => severity === 'high' || severity === 'critical')
    .map(([name, { severity, range }]) => `${name} ${range}: an advisory of ${severity} severity`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

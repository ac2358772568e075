/**
 * `npm run dependencies`: what we build on, judged by the lock file: licences, install scripts, exact versions;
 * and known advisories, where the registry answers. Exits 1 where something is wrong, and names it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { judge, severeIn } from './dependencies/judge.ts';

const faults = judge(readFileSync('package.json', 'utf8'), readFileSync('package-lock.json', 'utf8'));
for (const fault of faults) console.log(fault);
if (faults.length === 0) console.log('licences, install scripts and versions: nothing wrong');

const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { encoding: 'utf8' });
const severe = severeIn(stdout);
if (severe === undefined) console.log('advisories: this registry does not answer; nothing is known');
else if (severe.length === 0) console.log('advisories: none of high or critical severity');
else for (const line of severe) console.log(line);
process.exit(faults.length > 0 || (severe?.length ?? 0) > 0 ? 1 : 0);

#!/usr/bin/env node
/**
 * The way in. `main.ts` is a link to this file, which holds nothing that only TypeScript knows: node then starts
 * without the part of it that strips types, which takes a third of a short command's time; what comes after is
 * found stripped in the cache.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Without a listener this signal opens node's inspector to every local user.
process.on('SIGUSR1', () => {});

// Switches of node and of libraries that print secrets, open ways in, or turn off the checks of certificates. Those
// that node has read before this line take a start without them, in the same process.
const { env } = process;
for (const name of ['DEBUG', 'NODE_TLS_REJECT_UNAUTHORIZED']) {
  if (env[name] === undefined) continue;
  process.stderr.write(`pilegate: the environment variable ${name} is not obeyed\n`);
  delete env[name];
}
const read = ['NODE_DEBUG', 'NODE_DEBUG_NATIVE', 'NODE_V8_COVERAGE', 'NODE_REDIRECT_WARNINGS'].filter(
  (name) => env[name],
);
// Memory limits are the one use that a service has for these.
const options = env['NODE_OPTIONS']?.trim().split(/\s+/).filter(Boolean) ?? [];
const kept = options.filter((option) =>
  /^--max-[a-z-]+=\d+$|^--(?:no-)?deprecation$|^--no-warnings$/.test(option),
);
if (kept.length < options.length) read.push('NODE_OPTIONS');
if (read.length > 0) {
  for (const name of read) process.stderr.write(`pilegate: the environment variable ${name} is not obeyed\n`);
  const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !read.includes(name)));
  if (kept.length > 0) rest['NODE_OPTIONS'] = kept.join(' ');
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], rest);
}

// In a checkout only: what is installed was compiled before.
if (import.meta.url.endsWith('/src/main.js'))
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/pilegate', import.meta.url)));

const { runCommandLine } = await import('./cli/command-line.ts');
await runCommandLine(process.argv.slice(2));

#!/usr/bin/env node
/**
 * The way in. `main.ts` is a link to this file, which holds nothing that only TypeScript knows: node then starts
 * without the part of it that strips types, which takes a third of a short command's time; what comes after is
 * found stripped in the cache.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// In a checkout only: what is installed was compiled before.
if (import.meta.url.endsWith('/src/main.js'))
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/pilegate', import.meta.url)));

const { runCommandLine } = await import('./cli/command-line.ts');
await runCommandLine(process.argv.slice(2));

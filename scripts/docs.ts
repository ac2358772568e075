/** Writes the parts of the docs that are made from the program itself: `npm run docs`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../src/cli/program.ts';
import { VERSION } from '../src/version.ts';
import { bashCompletion } from './docs/bash.ts';
import { describe } from './docs/commands.ts';
import { configReference } from './docs/config.ts';
import { EN, ZH } from './docs/config-words.ts';
import { manPage } from './docs/man.ts';
import { configJsonSchema, gateOpenApi, pilesAsyncApi } from './docs/schemas.ts';
import { zshCompletion } from './docs/zsh.ts';

/** Makes every generated file; gives its text by its path in the checkout. */
export async function generatedDocs(): Promise<Map<string, string>> {
  const program = describe(await buildProgram());
  return new Map([
    ['docs/config.md', configReference(EN)],
    ['docs/config.zh-CN.md', configReference(ZH)],
    ['docs/generated/pilegate.1', manPage(program, VERSION)],
    ['docs/generated/pilegate.bash', bashCompletion(program)],
    ['docs/generated/_pilegate', zshCompletion(program)],
    ['docs/generated/config.schema.json', configJsonSchema()],
    ['docs/generated/asyncapi.yaml', pilesAsyncApi(VERSION)],
    ['docs/generated/openapi.yaml', gateOpenApi(VERSION)],
  ]);
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const [path, text] of await generatedDocs()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stderr.write(`${path}\n`);
  }
}

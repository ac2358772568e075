/**
 * Draws the pictures of the status page in docs/images, of a made-up station: `node scripts/screenshots.ts`, then
 * `pngquant --force --ext .png 128 docs/images/*.png`, which halves them with no difference to see.
 */
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { openHttp } from '../src/web/server.ts';
import { startBrowser, visit } from '../test/browser/chromium.ts';
import { makeView, Stage } from '../test/browser/station.ts';
import { cleanUp } from '../test/support/cleanup.ts';

interface Shot {
  readonly name: string;
  readonly language: 'zh' | 'en';
  readonly context: BrowserContextOptions;
}

const desktop = { viewport: { width: 1120, height: 1190 } };
const phone = { viewport: { width: 375, height: 1120 }, deviceScaleFactor: 2 };

const SHOTS: readonly Shot[] = [
  { name: 'page-en', language: 'en', context: desktop },
  { name: 'page-zh', language: 'zh', context: { ...desktop, colorScheme: 'dark' } },
  { name: 'phone-en', language: 'en', context: { ...phone, colorScheme: 'dark' } },
  { name: 'phone-zh', language: 'zh', context: phone },
];

const server = await openHttp({
  listen: { host: '127.0.0.1', port: 0 },
  source: new Stage(makeView()),
  metrics: { page: () => Promise.resolve(''), contentType: 'text/plain' },
  missing: () => [],
  failed: (error) => {
    throw error;
  },
});
const browser = await startBrowser();
for (const { name, language, context } of SHOTS) {
  const { page } = await visit(browser, `${server.url}?lang=${language}`, context);
  await page.waitForSelector('html[data-live=on]');
  const path = fileURLToPath(new URL(`../docs/images/${name}.png`, import.meta.url));
  await page.screenshot({ path });
  console.log(path);
}
await server.close();
await cleanUp();

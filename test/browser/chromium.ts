import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { atEnd } from '../support/cleanup.ts';

const PATH = '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Whether tests that need a real browser run: for `describe.runIf(realBrowser())`. Where they do not, it is said on
 * stderr; with `PILEGATE_REQUIRE_CHROMIUM=1` in the environment they run and fail.
 */
export function realBrowser(): boolean {
  if (process.env['PILEGATE_REQUIRE_CHROMIUM'] === '1' || existsSync(PATH)) return true;
  process.stderr.write(
    `no Chromium here: the tests in a real browser are left out. To run them: apt-get install chromium\n`,
  );
  return false;
}

/** Starts a browser with a fresh profile; it ends with the test file. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: PATH, args: ARGS });
  atEnd(() => browser.close());
  return browser;
}

/** A page, and what went wrong on it. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Complaints of the browser, refusals of the content policy among them. */
  readonly complaints: readonly string[];
  /** The address of everything that was asked for. */
  readonly requests: readonly string[];
}

/** Opens an address in a context of its own. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, context, complaints, requests };
}

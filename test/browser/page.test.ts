import type { Browser } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, openHttp } from '../../src/web/server.ts';
import { freePort } from '../support/port.ts';
import { prose } from '../support/prose.ts';
import { realBrowser, startBrowser, visit, type Watched } from './chromium.ts';
import { makeRecord, makeView, NOW, Stage } from './station.ts';

const SIZES = [
  ['a desktop', { width: 1180, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
  ['the smallest phone', { width: 320, height: 568 }],
] as const;

describe.runIf(realBrowser())('the page in a real browser', () => {
  let browser: Browser;
  const open: HttpServer[] = [];
  const visits: Watched[] = [];

  beforeAll(async () => {
    browser = await startBrowser();
  });

  afterEach(async () => {
    for (const { context } of visits.splice(0)) await context.close();
    for (const server of open.splice(0)) await server.close();
  });

  async function serve(stage: Stage, port = 0): Promise<string> {
    const server = await openHttp({
      listen: { host: '127.0.0.1', port },
      source: stage,
      metrics: { page: () => Promise.resolve(''), contentType: 'text/plain' },
      missing: () => [],
      failed: (error) => expect.unreachable(String(error)),
    });
    open.push(server);
    return server.url;
  }

  async function look(url: string, options: Parameters<typeof visit>[2] = {}): Promise<Watched> {
    const watched = await visit(browser, url, options);
    visits.push(watched);
    return watched;
  }

  const away = { state: 'down', since: NOW - 60_000, reason: prose('connect ECONNREFUSED') } as const;

  test('is live: what changes is there within a second, with the title and the icon, and nothing else is touched', async () => {
    const stage = new Stage(makeView());
    const { page, complaints } = await look(await serve(stage));
    await page.waitForSelector('html[data-live=on]');
    expect(await page.locator('.on').isVisible()).toBe(true);
    const icon = await page.getAttribute('link[rel=icon]', 'href');
    await page.evaluate("document.querySelector('#recent table').dataset.mine = 'here'");
    await page.click('summary');
    stage.show(makeView({ state: { gate: { ...away, state: 'held' } } }));
    await page.waitForSelector('.verdict.bad');
    expect(await page.title()).toBe('■ 示例充电站 · pilegate');
    expect(await page.getAttribute('link[rel=icon]', 'href')).not.toBe(icon);
    expect(await page.locator('#recent table[data-mine=here]').count()).toBe(1);
    expect(await page.locator('#hours table').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('says so while the daemon is away, and is live again once it is back', async () => {
    const port = await freePort();
    const stage = new Stage(makeView());
    const { page } = await look(await serve(stage, port));
    await page.waitForSelector('html[data-live=on]');
    await open.pop()?.close();
    await page.waitForSelector('html[data-live=lost]');
    expect(await page.locator('.lost').isVisible()).toBe(true);
    expect(await page.locator('#recent tbody tr').count()).toBe(20);
    await serve(new Stage(makeView({ state: { gate: away } })), port);
    await page.waitForSelector('html[data-live=on]');
    expect(await page.textContent('.verdict')).toContain('The gate is unreachable');
  });

  test('without a script it is whole, says as of when it is, and loads itself anew', async () => {
    const stage = new Stage(makeView());
    const { page, requests } = await look(await serve(stage), { javaScriptEnabled: false });
    expect(await page.locator('#recent tbody tr').count()).toBe(20);
    expect(await page.locator('svg').count()).toBe(5);
    expect(await page.textContent('.still')).toBe('as of 16:34:20');
    expect(await page.locator('.still').isVisible()).toBe(true);
    await page.click('summary');
    expect(await page.locator('#hours table').isVisible()).toBe(true);
    stage.show(makeView({ state: { gate: away } }));
    await page.getByText('The gate is unreachable since').waitFor({ timeout: 20_000 });
    expect(requests.filter((url) => url.endsWith('/events'))).toEqual([]);
  });

  test.each([
    ['zh-CN', 'zh', '等待人工处理', 'English', 'Waiting for a person'],
    ['en-GB', 'en', 'Waiting for a person', '中文', '等待人工处理'],
  ])(
    'a browser of %s gets %s, and the other language by a link',
    async (locale, language, words, link, others) => {
      const { page } = await look(await serve(new Stage(makeView())), { locale });
      expect(await page.getAttribute('html', 'lang')).toBe(language);
      expect(await page.getByRole('heading', { name: words }).isVisible()).toBe(true);
      await page.getByRole('link', { name: link }).click();
      await page.getByRole('heading', { name: others }).waitFor();
      await page.waitForSelector('html[data-live=on]');
    },
  );

  describe.each(SIZES)('on %s', (_, viewport) => {
    test.each([
      ['zh', 'light'],
      ['en', 'dark'],
    ] as const)(
      'everything is seen, nothing is wider than the screen, every word can be read (%s, %s)',
      async (language, colorScheme) => {
        const long = makeRecord(1, {
          orderNo: '9'.repeat(64),
          record: { plateNo: '浙BD12345', deviceId: 'D'.repeat(40) },
          state: 'parked',
          lastError: prose('x'.repeat(300)),
        });
        const { recent = [] } = makeView().rows ?? {};
        const rows = { recent: [long, ...recent], parked: [long] };
        const stage = new Stage(makeView({ rows, state: { gate: away, storage: 'disk full' } }));
        const { page } = await look(`${await serve(stage)}?lang=${language}`, { viewport, colorScheme });
        await page.waitForSelector('html[data-live=on]');
        await page.click('summary');
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
        for (const part of ['verdict', 'figures', 'people', 'day', 'hours', 'recent'])
          expect(await page.locator(`#${part}`).isVisible()).toBe(true);
        expect(await page.evaluate(FAINT)).toEqual([]);
      },
    );
  });

  test('asks for nothing but itself and its events, and the browser has nothing to refuse', async () => {
    const url = await serve(new Stage(makeView()));
    const { page, requests, complaints } = await look(url);
    await page.waitForSelector('html[data-live=on]');
    expect(requests).toEqual([url, `${url}events?lang=en`]);
    expect(complaints).toEqual([]);
  });

  test('a hostile event runs nothing and changes nothing, at first and live, and what is foreign is refused', async () => {
    const evil = '"><img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
    const record = makeRecord(1, {
      orderNo: evil,
      record: { plateNo: evil, deviceId: evil },
      state: 'parked',
      lastError: prose(evil),
    });
    const event = {
      id: 1,
      kind: 'unmappable' as const,
      receivedAt: NOW,
      orderNo: evil,
      topic: evil,
      field: '',
      reason: evil,
    };
    const parts = {
      settings: { showPlates: true },
      rows: { recent: [record], parked: [record], quarantined: [event] },
    };
    const stage = new Stage(makeView(parts));
    const { page, complaints } = await look(await serve(stage));
    await page.waitForSelector('html[data-live=on]');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.textContent('.order')).toBe(`${evil.slice(0, 63)}…`);
    stage.show(makeView({ ...parts, state: { gate: { ...away, reason: prose(evil) } } }));
    await page.getByText('The gate is unreachable').waitFor();
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(complaints).toEqual([]);
    // And where something got in after all, the policy would keep it from running.
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = 1' }))",
    );
    expect(complaints.join()).toContain('Content Security Policy');
  });

  test('plates are masked, and whole only where the config shows them', async () => {
    const plates = async (showPlates: boolean) => {
      const { page } = await look(await serve(new Stage(makeView({ settings: { showPlates } }))));
      await page.waitForSelector('html[data-live=on]');
      return await page.locator('#recent td:nth-child(3)').allTextContents();
    };
    expect((await plates(false)).every((plate) => plate === '' || /^浙B·\*\*\*\w\w$/.test(plate))).toBe(true);
    expect(await plates(true)).toContain('浙BD12345');
  });

  test('to the ear it is a page of headings, a table and pictures that are told', async () => {
    const { page } = await look(await serve(new Stage(makeView())), {
      viewport: { width: 390, height: 844 },
    });
    expect(await page.getByRole('heading').allTextContents()).toEqual([
      '示例充电站',
      'Something needs attention',
      'Waiting for a person',
      'Parked records 1',
      'Quarantine 1',
      'The last 24 hours',
      'Newest records',
    ]);
    expect(await page.getByRole('status').textContent()).toContain('Something needs attention');
    const table = page.locator('#recent').getByRole('table');
    expect(await table.getByRole('columnheader').allTextContents()).toEqual([
      'Arrived',
      'Order',
      'Plate',
      'Pile',
      'State',
    ]);
    expect(await table.getByRole('row').count()).toBe(21);
    const told = await page
      .getByRole('img')
      .evaluateAll((charts) => charts.map((chart) => chart.getAttribute('aria-label')));
    expect(told).toHaveLength(5);
    expect(told.at(3)).toContain('Gate: takes records since 10:02:40; in trouble for 28 min: 09:35–10:05');
  });
});

/** Runs in the page: the texts whose colour is too near to what lies behind them, by the rule of WCAG 2 (4.5 to 1). */
const FAINT = `(() => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('svg, script, noscript') || !element.getClientRects().length) continue;
    seen += 1;
    const [one, two] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) faint.push(element.className + ': ' + walker.currentNode.data.trim() + ' ' + ratio.toFixed(2));
  }
  return seen > 100 ? faint : ['hardly anything was looked at: ' + seen];
})()`;

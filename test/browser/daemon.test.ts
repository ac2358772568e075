import { describe, expect, test } from 'vitest';
import { startBroker } from '../support/broker.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvent } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { freePort } from '../support/port.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { realBrowser, startBrowser, visit } from './chromium.ts';

describe.runIf(realBrowser())('the page of a running daemon in a real browser', () => {
  test('shows a session that ended while it was open, and that the gate has it, without loading anew', async () => {
    const [broker, gate, port] = [
      await startBroker(),
      await startIndependentGate(TEST_KEY),
      await freePort(),
    ];
    const overrides = { http: { listen: `127.0.0.1:${port}` } };
    const daemon = spawnDaemon({ config: writeConfig(tempDir(), { broker, gateUrl: gate.url, overrides }) });
    await daemon.log((line) => line['msg'] === 'the status page is open');
    await daemon.ready();
    const { page, requests, complaints } = await visit(await startBrowser(), `http://127.0.0.1:${port}/`);
    await page.waitForSelector('html[data-live=on]');
    expect(await page.textContent('#recent')).toContain('No record yet.');
    const event = makeEvent();
    await publishAll(broker.url, [event]);
    const row = page.locator('#recent tbody tr', { hasText: event.orderNo });
    await row.getByText('delivered').waitFor();
    await page.locator('#figures .delivered b', { hasText: '1' }).waitFor();
    expect(requests.filter((url) => url.endsWith('/'))).toHaveLength(1);
    expect(complaints).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });
});

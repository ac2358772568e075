import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { speechIn } from '../../src/cli/voice.ts';
import type { Reason } from '../../src/domain/reason.ts';
import { OutboxReader } from '../../src/outbox/reader/reader.ts';
import { tempDir } from '../support/tmp.ts';
import { openRig } from './fixture.ts';

/** Made by the last commit before the second version (c16d852) from made-up events: its own outbox, its own prose. */
const FILE = fileURLToPath(new URL('files/version-0.1.db.gz', import.meta.url));

it.each(['en', 'zh'] as const)(
  'a file that version 0.1 made shows its reasons as they were written (%s)',
  async (lang) => {
    const path = join(tempDir(), 'outbox.db');
    writeFileSync(path, gunzipSync(readFileSync(FILE)), { mode: 0o600 });
    const rig = openRig({ path });
    const reader = new OutboxReader(path);
    const { told } = await speechIn(lang);
    const said = (why: Reason | undefined) => why && told(why);
    const story = (orderNo: string) => {
      const { record } = reader.order(orderNo);
      return record && [record.state, said(record.lastError), record.history.map((one) => said(one.reason))];
    };
    const refused = 'the gate refused it with result 1: 处理充电和优惠失败';
    expect(story('fresh')).toEqual(['pending', undefined, []]);
    expect(story('deferred')).toEqual(['pending', refused, [refused]]);
    expect(story('parked')).toEqual([
      'parked',
      'the gate refused it with result 1: 非法参数',
      [refused, 'the gate refused it with result 1: 非法参数'],
    ]);
    expect(story('delivered')).toEqual(['delivered', undefined, ['the gate has the record']]);
    expect(story('waiting')).toEqual(['waiting', undefined, []]);
    expect(reader.order('by-hand').record?.lastError).toEqual({
      code: 'operator.parked',
      params: { why: 'the customer paid in cash' },
    });
    const events = [...reader.events({}, 'oldest-first')].flatMap(({ rows }) => rows);
    expect(events.map(({ kind, reason }) => [kind, told(reason)])).toEqual([
      [
        'conflict',
        'another event of this order came first and stands (pending): totalMoney is "25.10", here "99.00"',
      ],
      ['unmappable', '"much" is no number'],
    ]);
    reader.close();
    rig.outbox.close();
  },
);

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Metrics } from '../../src/ops/metrics.ts';

/** The names and labels that dashboards rely on. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  pilegate_storage_ok: [],
  pilegate_records: ['state'],
  pilegate_oldest_pending_seconds: [],
  pilegate_mqtt_reconnects_total: [],
  pilegate_events_total: ['source', 'result'],
  pilegate_deliveries_total: ['outcome'],
  pilegate_gate_request_seconds: [],
  pilegate_end_to_gate_seconds: [],
  pilegate_commit_seconds: [],
  pilegate_commit_batch_size: [],
  pilegate_mqtt_connected: [],
  pilegate_gate_state: ['state'],
  pilegate_quarantine: [],
  pilegate_outbox_bytes: [],
  pilegate_device_last_seen_seconds: ['device'],
  pilegate_events_implausible_total: [],
  pilegate_events_qos0_total: [],
  pilegate_events_retained_total: [],
  pilegate_clock_offset_seconds: [],
};

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function make(delivered?: (ms: number) => void): Metrics {
  const looks = {
    records: { waiting: 1, pending: 2, delivered: 3, parked: 4 },
    quarantine: 5,
    oldestPendingSeconds: 6.5,
    outboxBytes: 7,
    mqttConnected: true,
    gateState: 'held' as const,
    storageOk: true as const,
    deviceAges: [['D001', 12.5] as const],
    clockOffset: -1500,
  };
  const metrics = new Metrics(() => looks, delivered);
  metrics.expect(['session-end']);
  metrics.event('session-end', 'accepted');
  metrics.attempt('delivered', 40, 90_000);
  metrics.attempt('refused', 40, undefined);
  metrics.commit(12, 4);
  return metrics;
}

async function samples(metrics: Metrics): Promise<Sample[]> {
  return [...(await metrics.page()).matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
    ([, name = '', labels = '', value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]),
      ),
      value: Number(value),
    }),
  );
}

const value = (all: readonly Sample[], name: string, labels: Record<string, string> = {}) =>
  all.find(
    (one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
  )?.value;

describe('the metrics', () => {
  test('have the promised names and labels, no others of ours, and those of the process', async () => {
    const all = await samples(make());
    const found: Record<string, Set<string>> = {};
    for (const { name, labels } of all) {
      if (!name.startsWith('pilegate_')) continue;
      const family = name.replace(/_(?:bucket|sum|count)$/, '');
      found[family] ??= new Set();
      for (const label of Object.keys(labels)) if (label !== 'le') found[family].add(label);
    }
    expect(Object.fromEntries(Object.entries(found).map(([name, labels]) => [name, [...labels]]))).toEqual(
      PROMISED,
    );
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_seconds',
    ])
      expect(value(all, name)).toBeGreaterThanOrEqual(0);
  });

  test('say what was looked at and what was counted', async () => {
    const all = await samples(make());
    expect(value(all, 'pilegate_records', { state: 'parked' })).toBe(4);
    expect(value(all, 'pilegate_quarantine')).toBe(5);
    expect(value(all, 'pilegate_oldest_pending_seconds')).toBe(6.5);
    expect(value(all, 'pilegate_outbox_bytes')).toBe(7);
    expect(value(all, 'pilegate_mqtt_connected')).toBe(1);
    expect(['up', 'down', 'held'].map((state) => value(all, 'pilegate_gate_state', { state }))).toEqual([
      0, 0, 1,
    ]);
    expect(value(all, 'pilegate_gate_request_seconds_count')).toBe(2);
    expect(value(all, 'pilegate_end_to_gate_seconds_sum')).toBe(90);
    expect(value(all, 'pilegate_commit_seconds_sum')).toBe(0.004);
    expect(value(all, 'pilegate_commit_batch_size_sum')).toBe(12);
  });

  test('begin at zero for every outcome, and for every result of a source that is expected', async () => {
    const all = await samples(make());
    const counted = (name: string, label: string) =>
      Object.fromEntries(all.flatMap((one) => (one.name === name ? [[one.labels[label], one.value]] : [])));
    expect(counted('pilegate_deliveries_total', 'outcome')).toEqual({
      delivered: 1,
      refused: 1,
      unanswered: 0,
      unreachable: 0,
      misconfigured: 0,
    });
    expect(counted('pilegate_events_total', 'result')).toEqual({
      accepted: 1,
      duplicate: 0,
      conflict: 0,
      waiting: 0,
      quarantined: 0,
      ignored: 0,
    });
  });

  test('tell of each delivery how long it took, and of no other attempt', () => {
    const told: number[] = [];
    make((ms) => told.push(ms));
    expect(told).toEqual([90_000]);
  });
});

describe('what is made from them', () => {
  const read = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../docs/monitoring/${name}`, import.meta.url)), 'utf8');
  const named = (text: string) =>
    new Set(
      [...text.matchAll(/\bpilegate_\w+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, '')),
    );

  test('each alert names its metric as it is, what it means, and the command to begin with', () => {
    const rule = z.object({
      alert: z.string().regex(/^Pilegate[A-Z]/),
      expr: z.string(),
      for: z.string(),
      labels: z.object({ severity: z.enum(['page', 'ticket']) }),
      annotations: z.object({
        summary: z.string(),
        description: z.string().regex(/On the box: (?:pilegate|systemctl) /),
      }),
    });
    const { groups } = z
      .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
      .parse(parse(read('alerts.yaml')));
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(8);
    for (const { expr } of rules) for (const name of named(expr)) expect(PROMISED).toHaveProperty(name);
  });

  test('the dashboard asks for every metric, and for none that is not', () => {
    const text = read('grafana.json');
    JSON.parse(text);
    expect([...named(text)].toSorted()).toEqual(Object.keys(PROMISED).toSorted());
  });

  test.each(['README.md', 'README.zh-CN.md'])('%s explains each', (name) => {
    expect([...named(read(name))].toSorted()).toEqual(Object.keys(PROMISED).toSorted());
  });
});

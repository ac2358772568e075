import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { DevicesView } from '../domain/snapshot.ts';
import type { WarningSink } from '../domain/warnings.ts';
import { isoTime } from '../ops/iso-time.ts';
import type { Outbox } from '../outbox/outbox.ts';

/** What is watched: by today's config. */
export interface WatchedDevices {
  /** Of each pile of the config's table; undefined where its silence is no news. Milliseconds. */
  readonly table: Readonly<Record<string, { readonly silentAfter?: number | undefined }>>;
  /** Of every other. */
  readonly silentAfter: number | undefined;
}

/** What the watch needs from around it. */
export interface DeviceWatchOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly warnings: WarningSink;
  watched(): WatchedDevices;
}

/** Piles of which something came, besides those of the config: beyond so many, new ones are not remembered. */
const DEVICES_MAX = 500;
/** How often it looks, milliseconds. */
const LOOK_MS = 1_000;
/** What was heard is written no more often than this, milliseconds: flash wears. */
const SAVE_MS = 10 * 60_000;
/** After a start the broker first delivers what it kept: until then nobody is called silent, milliseconds. */
const GRACE_MS = 60_000;
/** So many ids are named in the warning. */
const NAMED_MAX = 20;

/** Knows when something last came from each pile, over restarts, and says which are silent. */
export class DeviceWatch {
  readonly #options: DeviceWatchOptions;
  /** When a pile was last heard of, by the monotonic clock, which no one sets. */
  readonly #heardAt = new Map<string, number>();
  /** Those whose time is not yet on disk. */
  readonly #unsaved = new Set<string>();
  readonly #startedAt: number;
  readonly #timer: NodeJS.Timeout;
  #silent: readonly string[] = [];
  #savedAt: number;

  constructor(options: DeviceWatchOptions) {
    const { outbox, clock } = options;
    this.#options = options;
    const [now, monotonic] = [clock.now(), clock.monotonic()];
    this.#startedAt = this.#savedAt = monotonic;
    for (const [id, seen] of outbox.upkeep.devices())
      this.#heardAt.set(id, monotonic - Math.max(0, now - seen));
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  /** The piles of the config's table and those heard of, and which of them are silent. */
  get view(): DevicesView {
    const { table } = this.#options.watched();
    return { total: new Set([...Object.keys(table), ...this.#heardAt.keys()]).size, silent: this.#silent };
  }

  /** How long ago something last came from each pile, seconds. */
  ages(): readonly (readonly [id: string, seconds: number])[] {
    const now = this.#options.clock.monotonic();
    return [...this.#heardAt].map(([id, at]) => [id, (now - at) / 1000] as const);
  }

  /** Something came from a pile. Cheap, for every event. */
  heard(id: string): void {
    if (id === '') return;
    if (!this.#heardAt.has(id) && this.#heardAt.size >= DEVICES_MAX && !(id in this.#options.watched().table))
      return;
    this.#heardAt.set(id, this.#options.clock.monotonic());
    this.#unsaved.add(id);
  }

  /** Says who fell silent and who is back. */
  look(): void {
    const { clock, log, warnings, watched } = this.#options;
    const monotonic = clock.monotonic();
    const { table, silentAfter } = watched();
    for (const id of Object.keys(table)) {
      // One that was never heard of is silent from when it is waited for.
      if (this.#heardAt.has(id) || (table[id]?.silentAfter ?? silentAfter) === undefined) continue;
      this.#heardAt.set(id, monotonic);
      this.#unsaved.add(id);
    }
    if (monotonic - this.#savedAt >= SAVE_MS) this.save();
    if (monotonic - this.#startedAt < GRACE_MS) return;
    const silent = [...this.#heardAt].flatMap(([id, at]) => {
      const limit = table[id]?.silentAfter ?? silentAfter;
      return limit !== undefined && monotonic - at >= limit ? [id] : [];
    });
    const before = this.#silent;
    if (before.length === 0 && silent.length === 0) return;
    for (const id of silent)
      if (!before.includes(id)) {
        const since = isoTime(clock.now() - (monotonic - (this.#heardAt.get(id) ?? monotonic)));
        log.warn({ event: 'device.silent', deviceId: id, since }, 'nothing came from this pile for too long');
      }
    for (const id of before)
      if (!silent.includes(id))
        log.info({ event: 'device.back', deviceId: id }, 'something came from this pile again');
    this.#silent = silent;
    if (silent.length === 0) warnings.clear('device-silent');
    else {
      const named = silent.slice(0, NAMED_MAX).join(', ');
      warnings.raise('device-silent', { devices: named, count: silent.length });
    }
  }

  /** Writes what was heard since the last time. */
  save(): void {
    const { outbox, clock, log } = this.#options;
    this.#savedAt = clock.monotonic();
    if (this.#unsaved.size === 0 || !outbox.usable) return;
    const now = clock.now();
    const seen = [...this.#unsaved].map(
      (id) => [id, Math.round(now - (this.#savedAt - (this.#heardAt.get(id) ?? this.#savedAt)))] as const,
    );
    this.#unsaved.clear();
    outbox
      .keep((upkeep) => upkeep.saveDevices(seen))
      .catch((error: unknown) => {
        for (const [id] of seen) this.#unsaved.add(id);
        log.debug({ err: error }, 'when piles were last heard of was not written');
      });
  }

  /** Writes what is left, and ends. */
  stop(): void {
    clearInterval(this.#timer);
    this.save();
  }
}

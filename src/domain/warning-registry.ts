import type { Clock } from './clock.ts';
import {
  FADE_MS,
  readWarnings,
  WARNINGS,
  type Warning,
  type WarningCode,
  type WarningParams,
  type WarningSink,
} from './warnings.ts';

/** What the registry needs from around it. */
export interface WarningRegistryDeps {
  readonly clock: Clock;
  /** What {@link WarningRegistryDeps.save} wrote last; undefined where nothing was. */
  readonly saved: string | undefined;
  /** Keeps the warnings that came of events; called when one begins or ends, else at most once an hour. */
  save(json: string): void;
  /** A warning began, for the log: once until it is over. */
  began(warning: Warning): void;
  /** The list changed: one began, ended, or has other parameters. */
  changed(): void;
}

/** A warning that goes on is written again no more often than this, milliseconds: flash wears. */
const SAVE_MS = 3_600_000;
/** One that only has other parameters is told of no more often than this, milliseconds. */
const SHOW_MS = 1_000;

/** The warnings in force, for as long as the daemon runs; those that came of events outlive it. */
export class WarningRegistry implements WarningSink {
  readonly #deps: WarningRegistryDeps;
  readonly #inForce = new Map<WarningCode, Warning>();
  #savedAt: number;
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: WarningRegistryDeps) {
    this.#deps = deps;
    this.#savedAt = deps.clock.monotonic();
    for (const warning of readWarnings(parsed(deps.saved)))
      if (WARNINGS[warning.code].lasts === 'event') this.#inForce.set(warning.code, warning);
  }

  raise<C extends WarningCode>(code: C, params: WarningParams[C]): void {
    const now = this.#deps.clock.now();
    const before = this.#inForce.get(code);
    const warning: Warning = {
      code,
      params: { ...params },
      since: before?.since ?? now,
      last: now,
      count: (before?.count ?? 0) + 1,
    };
    this.#inForce.set(code, warning);
    if (before === undefined) {
      this.#deps.began(warning);
      this.#moved(code);
      return;
    }
    const due = this.#deps.clock.monotonic() - this.#savedAt >= SAVE_MS;
    if (WARNINGS[code].lasts === 'event' && due) this.#save();
    // Where each event brings other parameters, others see them once a second.
    const shown = this.#deps.clock.monotonic() - this.#changedAt < SHOW_MS;
    if (!shown && !same(before.params, warning.params)) this.#changed();
  }

  clear(code: WarningCode): void {
    if (this.#inForce.delete(code)) this.#moved(code);
  }

  /** The warnings in force, the one that began last first. Those that have faded are gone for good. */
  list(): readonly Warning[] {
    const now = this.#deps.clock.now();
    for (const { code, last } of this.#inForce.values())
      if (WARNINGS[code].lasts === 'event' && now - last > FADE_MS) this.clear(code);
    return [...this.#inForce.values()].sort((a, b) => b.since - a.since);
  }

  /** The wall clock was set by so many milliseconds: warnings keep their age. */
  shift(by: number): void {
    for (const [code, warning] of this.#inForce)
      this.#inForce.set(code, { ...warning, since: warning.since + by, last: warning.last + by });
    this.#save();
  }

  /** Writes what came of events: at the end, and when storage works again. */
  save(): void {
    this.#save();
  }

  #moved(code: WarningCode): void {
    if (WARNINGS[code].lasts === 'event') this.#save();
    this.#changed();
  }

  #changed(): void {
    this.#changedAt = this.#deps.clock.monotonic();
    this.#deps.changed();
  }

  #save(): void {
    this.#savedAt = this.#deps.clock.monotonic();
    const kept = [...this.#inForce.values()].filter(({ code }) => WARNINGS[code].lasts === 'event');
    const json = kept.length === 0 ? '[]' : JSON.stringify(kept);
    if (json !== '[]' || this.#deps.saved !== undefined) this.#deps.save(json);
  }
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '[]');
  } catch {
    return [];
  }
}

function same(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

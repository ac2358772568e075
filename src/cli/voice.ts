import type { Problem } from '../domain/health.ts';
import { type Reason, readReason } from '../domain/reason.ts';
import type { StationZone } from '../domain/station-time.ts';
import { catalogue, problemIn, sayIn } from '../i18n/catalogue.ts';
import type { Catalogue } from '../i18n/en/index.ts';
import { inEnglish } from '../i18n/english.ts';
import type { Language, ProblemText } from '../i18n/texts.ts';

/** Writes an instant (epoch milliseconds) as people read it. */
export type Local = (at: number) => string;

/** How a command speaks to a person before it knows the station. */
export interface Speech {
  readonly lang: Language;
  readonly texts: Catalogue;
  /** A reason, or a text in which one is stored, in the person's language; prose of an older version as it is. */
  readonly told: (why: Reason | string) => string;
  /** A reason in English, for programs. */
  readonly english: (why: Reason) => string;
}

/** How a command speaks to a person, the station's time included. */
export interface Voice extends Speech {
  /** An instant by the station's clock with its offset: `2026-11-24 09:12:30 +08:00`. */
  readonly local: Local;
}

/** Loads what a language says. */
export async function speechIn(lang: Language): Promise<Speech> {
  const texts = await catalogue(lang);
  const say = sayIn(texts);
  const told = (why: Reason | string): string => say(typeof why === 'string' ? readReason(why) : why);
  return { lang, texts, told, english: inEnglish };
}

/** Loads what a language says, with the station's clock. */
export async function voiceIn(lang: Language, zone: StationZone): Promise<Voice> {
  return { ...(await speechIn(lang)), local: (at) => zoned(zone, at) };
}

/** How a voice says a problem or warning. */
export function problemTexts({ texts, local }: Voice): (problem: Problem) => ProblemText {
  const voice = { say: sayIn(texts), local };
  return (problem) => problemIn(texts, problem, voice);
}

/** An instant by the station's clock with its offset: `2026-11-24 09:12:30 +08:00`. */
export function zoned(zone: StationZone, at: number): string {
  return `${zone.local(at)} ${zone.offset(at)}`;
}

/**
 * The head of a column of times without their offset: `RECEIVED (+08:00)`; with the zone's name where its offset
 * changes in a year.
 */
export function zonedHead(head: string, zone: StationZone, now: number): string {
  const offset = zone.offset(now);
  const fixed = [90, 180, 270].every((days) => zone.offset(now + days * 86_400_000) === offset);
  return `${head} (${fixed ? offset : zone.name})`;
}

import { createHash } from 'node:crypto';
import { command } from './command.ts';
import { figures } from './figures.ts';
import { lastHours } from './hours.ts';
import { Html, html } from './html.ts';
import { day, table } from './lanes.ts';
import type { PageLanguage } from './language.ts';
import { people, recent } from './lists.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { type Level, levelOf, verdict } from './verdict.ts';
import type { PageView } from './view.ts';
import { WORDS } from './words.ts';
import { Writing } from './writing.ts';

/** The parts of the page that change, by the id of the element they fill. */
export const PARTS = ['verdict', 'figures', 'people', 'day', 'hours', 'recent'] as const;

/** What the page says at one moment, in one language. */
export interface Said {
  readonly level: Level;
  readonly title: string;
  /** The picture in the browser's tab, a data URL. */
  readonly icon: string;
  readonly parts: Readonly<Record<(typeof PARTS)[number], Html>>;
}

/** Tells pages of another program version from this one's: those must load themselves anew. */
export const BUILD = createHash('sha256').update(STYLE).update(SCRIPT).digest('hex').slice(0, 12);

/** What the page may do, for `Content-Security-Policy`: its own style and script, its own events, nothing else. */
export const POLICY = [
  "default-src 'none'",
  `style-src '${sourceHash(STYLE)}'`,
  `script-src '${sourceHash(SCRIPT)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function sourceHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Says a view in a language. */
export function say(view: PageView, language: PageLanguage): Said {
  const writing = new Writing(WORDS[language], view.settings.zone, view.now);
  const hours = lastHours(view);
  const level = levelOf(view);
  return {
    level,
    title: `${MARKS[level]}${view.settings.station.name} · pilegate`,
    icon: ICONS[level],
    parts: {
      verdict: verdict(view, writing),
      figures: figures(view, hours, writing),
      people: people(view, writing),
      day: day(view, hours, writing),
      hours: table(hours, writing),
      recent: recent(view, writing),
    },
  };
}

/** The whole page, good without any script: it then loads itself anew every ten seconds. */
export function page({ settings, now }: PageView, said: Said, language: PageLanguage): string {
  const writing = new Writing(WORDS[language], settings.zone, now);
  const { words } = writing;
  const { parts } = said;
  const other = language === 'zh' ? 'en' : 'zh';
  const { text } = html`<!doctype html>
<html lang="${language}" data-build="${BUILD}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<noscript><meta http-equiv="refresh" content="10"></noscript>
<title>${said.title}</title>
<link rel="icon" href="${said.icon}">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${settings.station.name}</h1><p>${words.title} · <bdi>${settings.station.id}</bdi></p>
<p class="live"><span class="still">${words.still(writing.time(now))}</span><span class="on">${words.live}</span><span class="lost">${words.lost}</span>
<a href="?lang=${other}" lang="${other}" hreflang="${other}">${words.otherLanguage}</a></p></header>
<main>
<section id="verdict" role="status">${parts.verdict}</section>
<section id="figures">${parts.figures}</section>
<section id="people">${parts.people}</section>
<section><div id="day">${parts.day}</div>
<details><summary>${words.asTable}</summary><div id="hours">${parts.hours}</div></details></section>
<section id="recent">${parts.recent}</section>
</main>
<footer><p>${words.footer} ${command(settings, 'status')} ${command(settings, 'doctor')} ${command(settings, 'records', 'list')}</p>
<p>pilegate ${settings.version} · <a href="metrics">/metrics</a> <a href="healthz">/healthz</a> <a href="readyz">/readyz</a></p></footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return text;
}

/** How the title begins. */
const MARKS: Readonly<Record<Level, string>> = { good: '', warn: '▲ ', bad: '■ ' };

/** A dot in the colour of the level. */
const ICONS: Readonly<Record<Level, string>> = {
  good: icon('%230f7b5f'),
  warn: icon('%23b36b00'),
  bad: icon('%23b3261e'),
};

function icon(colour: string): string {
  return `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='7' fill='${colour}'/></svg>`;
}

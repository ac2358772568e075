import type { PageLanguage } from './language.ts';
import { BUILD, PARTS, page, type Said, say } from './page.ts';
import type { PageView } from './view.ts';

/** Where the page's content comes from. */
export interface PageSource {
  /** Changes whenever there may be something new to see; cheap. */
  stamp(): string;
  /** Everything at this moment: a few reads. */
  view(): PageView;
  /** Epoch milliseconds. */
  now(): number;
}

/** Makes the page, and says what changed on it. What was read and written once serves everyone until something changes. */
export class Pages {
  readonly #source: PageSource;
  #stamp: string | undefined;
  #view: PageView | undefined;
  readonly #said = new Map<PageLanguage, Said>();

  constructor(source: PageSource) {
    this.#source = source;
  }

  /** The whole page. */
  page(language: PageLanguage): string {
    const said = this.said(language);
    return page({ ...this.#look(), now: this.#source.now() }, said, language);
  }

  /** What the page says now. The same object for as long as nothing changed. */
  said(language: PageLanguage): Said {
    const view = this.#look();
    const known = this.#said.get(language);
    if (known !== undefined) return known;
    const said = say(view, language);
    this.#said.set(language, said);
    return said;
  }

  #look(): PageView {
    const stamp = this.#source.stamp();
    if (this.#view === undefined || stamp !== this.#stamp) {
      this.#view = this.#source.view();
      this.#stamp = stamp;
      this.#said.clear();
    }
    return this.#view;
  }
}

/**
 * What has to be told to somebody who knows `known`, as one line of JSON for the page's script; undefined where
 * that is nothing.
 */
export function news(said: Said, known: Said | undefined): string | undefined {
  const changed = PARTS.filter((name) => known?.parts[name].text !== said.parts[name].text);
  if (known !== undefined && changed.length === 0) return undefined;
  const parts = Object.fromEntries(changed.map((name) => [name, said.parts[name].text]));
  return JSON.stringify({ build: BUILD, title: said.title, icon: said.icon, parts });
}

/** The languages the page speaks. */
export type PageLanguage = 'zh' | 'en';

/**
 * The language to answer in: what the address asks for (`?lang=`), else the one that the browser likes best of the
 * two (`Accept-Language`), else English.
 */
export function pageLanguage(asked: string | null, accepted = ''): PageLanguage {
  if (asked === 'zh' || asked === 'en') return asked;
  let [best, most]: [PageLanguage, number] = ['en', 0];
  for (const range of accepted.slice(0, 1000).split(',')) {
    const [, tag, quality = '1'] = /^\s*(zh|en)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([\d.]+))?\s*$/i.exec(range) ?? [];
    const language = tag?.toLowerCase();
    if ((language === 'zh' || language === 'en') && Number(quality) > most)
      [best, most] = [language, Number(quality)];
  }
  return best;
}

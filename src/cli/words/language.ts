/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/**
 * The language to speak: what `--lang` says, else the locale's (`LC_ALL`, `LC_MESSAGES`, `LANG`: the first that
 * is set decides), Chinese for every `zh…`, English for the rest.
 */
export function languageOf(option: Language | undefined, env: NodeJS.ProcessEnv): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return option ?? (/^zh/i.test(locale) ? 'zh' : 'en');
}

import type { Language } from './language.ts';

/** Says how many records were written, and where. */
export function exportWords(lang: Language): (count: number, file: string | undefined) => string {
  return lang === 'zh'
    ? (count, file) => `已导出 ${count} 条记录${file === undefined ? '' : `到 ${file}`}`
    : (count, file) =>
        `${count} record${count === 1 ? '' : 's'} exported${file === undefined ? '' : ` to ${file}`}`;
}

import type { Catalogue } from '../en/index.ts';

/** `capture`. */
export const capture: Catalogue['capture'] = {
  listening: (filters) => `正在监听 ${filters} 个主题，按 Ctrl-C 结束`,
  summary: (written, folder, leftOut) =>
    `已将 ${written} 条消息写入 ${folder}${
      leftOut > 0 ? `；略过 ${leftOut} 条：无法解码（--plain 也会写入）或过大` : ''
    }`,
};

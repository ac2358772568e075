/** `capture`. */
export const capture = {
  listening: (filters: number) =>
    `listening on ${filters} topic ${filters === 1 ? 'filter' : 'filters'}; Ctrl-C ends it`,
  summary: (written: number, folder: string, leftOut: number) =>
    `${written} ${written === 1 ? 'message' : 'messages'} written into ${folder}${
      leftOut > 0
        ? `; ${leftOut} left out, since they cannot be decoded (--plain writes them too) or are too large`
        : ''
    }`,
};

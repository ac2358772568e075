/** What `fleet` says. */
export const fleet = {
  heads: [
    'STATION',
    'NAME',
    'VERSION',
    'BROKER',
    'GATE',
    'PENDING',
    'OLDEST',
    'PARKED',
    'QUARANTINE',
    'LAST HEARD',
    'PROBLEMS',
  ] as readonly string[],
  online: 'online',
  offline: 'offline',
  title: 'pilegate fleet',
  none: 'no box has a status there: check --broker and --topic',
  ignored: (count: number) => `${count} messages were left alone: no status, too large, or of too many boxes`,
  summary: (all: number, troubled: number) => `${all} boxes, ${troubled} with a problem`,
  listening: (url: string) => `listening on ${url} and ${url}metrics, Ctrl-C ends it`,
};

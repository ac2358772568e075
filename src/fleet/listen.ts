import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Box, Boxes } from './boxes.ts';

/** More connections than this are refused: a page and a monitor need a handful. */
const CONNECTIONS = 64;
/** The page reads itself again so often, seconds. */
const REFRESH_S = 2;

/** What the page says around the boxes. */
export interface FleetWords {
  readonly lang: string;
  readonly title: string;
  readonly heads: readonly string[];
  /** The cells of a box, in the order of the heads. */
  cells(box: Box): readonly string[];
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Serves a page and `/metrics` of a fleet; both only show. */
export async function listenForFleet(
  { host, port }: { readonly host: string; readonly port: number },
  boxes: Boxes,
  words: FleetWords,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://fleet');
    if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, HEADERS).end();
    else if (pathname === '/')
      response
        .writeHead(200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' })
        .end(pageOf(boxes.list(Date.now()), words));
    else if (pathname === '/metrics')
      response
        .writeHead(200, { ...HEADERS, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
        .end(metricsOf(boxes.list(Date.now())));
    else response.writeHead(404, HEADERS).end();
  });
  server.maxConnections = CONNECTIONS;
  server.requestTimeout = server.headersTimeout = 5_000;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/`, server };
}

function pageOf(all: readonly Box[], { lang, title, heads, cells }: FleetWords): string {
  const row = (box: Box) =>
    `<tr class="${box.problems.length === 0 ? 'well' : box.online ? 'odd' : 'gone'}">${cells(box)
      .map((cell) => `<td>${escaped(cell)}</td>`)
      .join('')}</tr>`;
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${REFRESH_S}"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>body{font:14px/1.5 system-ui;margin:1rem}table{border-collapse:collapse}td,th{padding:.2rem .6rem;text-align:left;border-bottom:1px solid #8884}.odd{background:#fd06}.gone{background:#f446}</style></head><body><h1>${escaped(title)}</h1><table><thead><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead><tbody>${all.map(row).join('')}</tbody></table></body></html>\n`;
}

/** Prometheus' text format. A registry would keep the series of boxes that are gone. */
function metricsOf(all: readonly Box[]): string {
  const label = (value: string) => `"${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`;
  const gauge = (name: string, help: string, samples: (box: Box, station: string) => readonly string[]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...all.flatMap((box) => samples(box, `station=${label(box.station)}`).map((sample) => name + sample)),
  ];
  const lines = [
    ...gauge('pilegate_fleet_box_online', '1 while the box is connected to its broker', (box, station) => [
      `{${station}} ${box.online ? 1 : 0}`,
    ]),
    ...gauge('pilegate_fleet_records', 'Records of a box by state', ({ records }, station) =>
      Object.entries(records).map(([state, n]) => `{${station},state="${state}"} ${n}`),
    ),
    ...gauge('pilegate_fleet_quarantine', 'Open events in quarantine of a box', (box, station) => [
      `{${station}} ${box.quarantine}`,
    ]),
    ...gauge('pilegate_fleet_problem', '1 for each problem of a box', ({ problems }, station) =>
      problems.map((problem) => `{${station},problem=${label(problem)}} 1`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

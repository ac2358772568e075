import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { PageLanguage } from './language.ts';
import type { Said } from './page.ts';
import { news, type Pages } from './pages.ts';

/** Pages that may be live at once; one more makes do with loading itself anew. */
const MOST = 16;
/** How often it is looked whether there is news, milliseconds. */
const LOOK_MS = 1_000;
/** A sign of life at least so often, in looks: what lies between would close a silent connection. */
const SIGN_OF_LIFE = 20;
/** A page that has so many bytes of news unread is let go: it will come back and get all of it at once. */
const UNREAD = 1_048_576;

interface Listener {
  readonly response: ServerResponse;
  readonly language: PageLanguage;
  known: Said | undefined;
}

/** The open pages that are told what changes (server-sent events). While there are none, nothing is looked at. */
export class Listeners {
  readonly #pages: Pages;
  readonly #failed: (error: unknown) => void;
  readonly #all = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;

  /** @param failed told of a defect met while looking for news */
  constructor(pages: Pages, failed: (error: unknown) => void) {
    this.#pages = pages;
    this.#failed = failed;
  }

  /** Takes a page in, and tells it everything; false where there are too many. */
  add(
    request: IncomingMessage,
    response: ServerResponse,
    language: PageLanguage,
    headers: OutgoingHttpHeaders,
  ): boolean {
    if (this.#all.size >= MOST) return false;
    const listener: Listener = { response, language, known: undefined };
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write('retry: 3000\n\n');
    request.socket.setNoDelay(true);
    response.once('close', () => this.#drop(listener));
    response.once('error', () => this.#drop(listener));
    this.#all.add(listener);
    this.#tell(listener);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    return true;
  }

  /** Ends all of them. */
  close(): void {
    for (const listener of [...this.#all]) this.#drop(listener);
  }

  #look(): void {
    this.#looks += 1;
    for (const listener of [...this.#all]) {
      if (listener.response.writableLength > UNREAD) this.#drop(listener);
      else this.#tell(listener);
    }
  }

  #tell(listener: Listener): void {
    const { response, language, known } = listener;
    try {
      const said = this.#pages.said(language);
      const line = said === known ? undefined : news(said, known);
      listener.known = said;
      if (line !== undefined) response.write(`data: ${line}\n\n`);
      else if (this.#looks % SIGN_OF_LIFE === 0) response.write(':\n\n');
    } catch (error) {
      this.#failed(error);
    }
  }

  #drop(listener: Listener): void {
    if (!this.#all.delete(listener)) return;
    listener.response.destroy();
    if (this.#all.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

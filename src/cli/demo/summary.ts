import type { DemoSummary } from './tally.ts';
import { ms } from './text.ts';

/** The summary in one line that fits a terminal of 80 columns. */
export function summaryLine({ events, delivered, lost, sentTwice, medianMs }: DemoSummary): string {
  const median = medianMs === null ? '' : `, median ${ms(medianMs)} from event to gate`;
  return `${events} events, ${delivered} delivered, ${lost} lost, ${sentTwice} sent twice${median}`;
}

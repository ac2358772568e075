/**
 * The parking discount that a record asks for (`gate.discount`): the lot's own rule by default. Each dialect writes
 * it in its own fields; what a dialect cannot say is a configuration error.
 */
export interface Discount {
  readonly by: 'lot' | 'time' | 'money' | 'all';
  /** Parking time taken off with `time`, milliseconds. */
  readonly time: number;
  /** Money taken off with `money`, canonical yuan. */
  readonly money: string;
}

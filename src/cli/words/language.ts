/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/** Writes an instant (epoch milliseconds) as people read it. */
export type Local = (at: number) => string;

/** How a command speaks to a person. */
export interface Voice {
  readonly lang: Language;
  /** An instant (epoch milliseconds) as the station's clock shows it. */
  readonly local: Local;
  /** A reason, stored in English, in the person's language; what is not one of ours comes back as it is. */
  readonly told: (reason: string) => string;
}

/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/** Writes an instant (epoch milliseconds) as people read it. */
export type Local = (at: number) => string;

/** The languages that pilegate speaks to people. */
export type Language = 'zh' | 'en';

/** Options that every command understands; `command.optsWithGlobals()` gives them. */
export interface GlobalOptions {
  /** The config's path; there is always a default. */
  readonly config: string;
  /** The language of what is said to people; without it the locale decides. */
  readonly lang?: 'zh' | 'en';
}

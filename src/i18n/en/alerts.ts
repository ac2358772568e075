/** What alerts say around the problem's own words. */
export const alerts = {
  /** A message as chat programs show it. */
  message: (m: {
    readonly stationName: string;
    readonly station: string;
    readonly state: 'begin' | 'end';
    readonly text: string;
    readonly command: string;
    readonly since: string;
    readonly at: string;
  }) =>
    m.state === 'begin'
      ? `[pilegate] ${m.stationName} (${m.station})\nTrouble: ${m.text}\nSince: ${m.since}\nTo do: ${m.command}`
      : `[pilegate] ${m.stationName} (${m.station})\nOver: ${m.text}\nFrom ${m.since} to ${m.at}`,
  test: 'a test: alerts of this station arrive here',
  testCommand: 'pilegate status',
  /** `alerts test`. */
  none: 'the config names no receivers: add alerts: to it, see docs/alerts.md',
  sent: (receiver: string) => `${receiver}: taken`,
  refused: (receiver: string, why: string) => `${receiver}: not taken: ${why}`,
};

import { Command } from 'commander';
import { alertRequest } from '../alerts/platforms.ts';
import { postAlert } from '../alerts/post.ts';
import { alertingStation, alertTargets, testMessage } from '../daemon/alerting.ts';
import { setUp } from '../daemon/setup.ts';
import { catalogue } from '../i18n/catalogue.ts';
import { stationLanguage } from '../i18n/texts.ts';
import type { GlobalOptions } from './global-options.ts';
import { language, print, printJson } from './output.ts';

/** `alerts test`: one message to each receiver, once. */
export function alertsTestCommand(): Command {
  return new Command('test')
    .description('send a test to every receiver of alerts, once, and say which took it')
    .option('--json', 'one JSON object a receiver: {"receiver","ok","reason"}')
    .addHelpText(
      'after',
      `
It reads the config and its secrets as the daemon does; run it as a user that may read them. Exit 0 where all took it,
1 where one did not, or none is named.

Examples:
  sudo pilegate alerts test
  pilegate alerts test --json --config config.yaml`,
    )
    .action(async ({ json }: { json?: true }, command: Command) => {
      const { config, lang } = command.optsWithGlobals<GlobalOptions>();
      const setup = setUp(config, process.env);
      const { alerts: words } = await catalogue(language(lang, process.env));
      const texts = await catalogue(stationLanguage(setup.loaded.config.station.timeZone));
      const message = testMessage(alertingStation(setup.loaded, texts), Date.now());
      const outcomes = await Promise.all(
        alertTargets(setup).map(async ({ robot }, index) => {
          const receiver = `${index + 1}:${robot.to}`;
          const request = alertRequest(robot, message, texts.alerts.message(message), Date.now());
          try {
            await postAlert(robot.to, request, new AbortController().signal);
            return { receiver, ok: true, reason: '' };
          } catch (error) {
            return { receiver, ok: false, reason: error instanceof Error ? error.message : String(error) };
          }
        }),
      );
      for (const { receiver, ok, reason } of outcomes)
        if (json) printJson({ receiver, ok, reason });
        else print(ok ? words.sent(receiver) : words.refused(receiver, reason));
      if (outcomes.length === 0 && !json) print(words.none);
      if (outcomes.length === 0 || outcomes.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}

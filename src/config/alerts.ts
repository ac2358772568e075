/** The parts of the config that tell others how the station is: `alerts` and `uplink`. */
import { z } from 'zod';
import { ALERT_NAMES, type AlertName, DEFAULT_ALERTS, PLATFORMS } from '../domain/alerts.ts';
import { reason } from '../domain/reason.ts';
import { issue, mustBe, section, whateverElse } from './mistakes.ts';
import { tls } from './tls.ts';
import { checked, oneOf, shown, text, urlProblem } from './values.ts';

const alertName = text('the name of an alert').transform((value, ctx): AlertName => {
  const name = ALERT_NAMES.find((known) => known === value);
  if (name !== undefined) return name;
  const allowed = ALERT_NAMES.join(', ');
  ctx.addIssue({ code: 'custom', message: issue('config.not-allowed', { value: shown(value), allowed }) });
  return z.NEVER;
});

const alert = section(
  {
    to: oneOf(PLATFORMS, 'where the alerts go'),
    urlFile: text(
      'a file with the address to post to, which is a secret; leave it out where systemd gives alert.<n>.url',
    ).exactOptional(),
    secretFile: text('a file with what dingtalk and feishu sign with').exactOptional(),
    on: z
      .array(alertName, { error: mustBe('a list of alerts') })
      .min(1, mustBe('a list of alerts'))
      .describe('of what is told')
      .prefault([...DEFAULT_ALERTS]),
  },
  'where alerts go',
).superRefine(({ to, secretFile }, ctx) => {
  if (secretFile !== undefined && (to === 'wecom' || to === 'json'))
    ctx.addIssue({ code: 'custom', path: ['secretFile'], message: issue('config.unsigned-alerts', { to }) });
}, whateverElse);

/** Where alerts go: at most ten places. */
export const alerts = z
  .array(alert, { error: mustBe('a list of { to, urlFile, on }') })
  .max(10, mustBe('a list of at most ten places'))
  .describe('where alerts go');

/** A second broker, to which the station tells how it is. */
export const uplink = section(
  {
    url: checked("the uplink broker's address", (value) =>
      urlProblem(value, ['mqtt', 'mqtts', 'ws', 'wss'], 'uplink'),
    ),
    topic: checked('the topic under which status and alerts are published', (value) =>
      /[+#]/.test(value) ? reason('config.wildcard', { value: shown(value) }) : undefined,
    ).prefault('pilegate/{stationId}'),
    clientId: text('the name of this box at the uplink broker, else that of mqtt.clientId').exactOptional(),
    username: text('the user name at the uplink broker').exactOptional(),
    passwordFile: text(
      'a file with the password; leave it out where systemd gives uplink.password',
    ).exactOptional(),
    tls,
  },
  'a second broker, to which the station tells how it is',
);

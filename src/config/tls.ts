/** The TLS files of a link. */
import { issue, section, whateverElse } from './mistakes.ts';
import { text } from './values.ts';

export const tls = section(
  {
    ca: text('a PEM file of certificates to trust').exactOptional(),
    cert: text('a PEM file of the client certificate').exactOptional(),
    key: text("a PEM file of the client certificate's key").exactOptional(),
  },
  'TLS files',
)
  .superRefine(({ cert, key }, ctx) => {
    if ((cert === undefined) === (key === undefined)) return;
    const [there, wanted] = cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    ctx.addIssue({ code: 'custom', path: [there], message: issue('config.needs-beside', { key: wanted }) });
  }, whateverElse)
  .prefault({});

import type { RefusalSubject } from '../../domain/reasons/gate.ts';
import type { Dialect } from '../port.ts';
import type { GateSecrets, GateSettings } from '../settings.ts';
import { bodyReader } from './reply-body.ts';
import { emptyRequest, requestMaker, serviceUrl } from './request.ts';
import { WIRE_FIELDS } from './wire.ts';

/**
 * The car park's interface as its document has it (`docs/` of the project names our reading): thirteen and two fields,
 * all text, signed with the key; `result` 0 is success, and a repeated order number is answered with success.
 */
export function carpark(settings: GateSettings<'carpark'>, secrets: GateSecrets): Dialect {
  const key = secrets['key'] ?? '';
  const readBody = bodyReader(settings.reply);
  return {
    url: serviceUrl(settings),
    addressKeys: ['gate.baseUrl', 'gate.service'],
    repeat: 'harmless',
    secrets: [key],
    reserved: ['sign', ...WIRE_FIELDS.map(({ name }) => name)],
    needs: {},
    documented: {
      required: WIRE_FIELDS.filter(({ required }) => required).map(({ field }) => field),
      repeat: true,
      extension: true,
    },
    signsTime: false,
    request: requestMaker(settings, key),
    probe: () => emptyRequest(settings),
    read({ body }) {
      const { text, result, isSuccess, description, malformed, otherForm } = readBody(body);
      if (result === undefined) return { kind: 'none', description, text, malformed, otherForm };
      if (isSuccess) return { kind: 'delivered', description, text, malformed };
      return { kind: 'refused', result, description, about: aboutOf(description), text, malformed };
    },
  };
}

/**
 * Wordings of real gates (gate interface, "The reply"), for the remedy only: what a refusal means is the config's to say.
 * Whole words, so that `not assigned` and `/signin` do not speak of the key.
 */
const SUBJECTS: readonly [RegExp, RefusalSubject][] = [
  [/签名|验签|密钥|\bsign(ature)?\b/i, 'key'],
  [/车场/, 'park'],
  [/缺少必要参数|非法参数/, 'field'],
  [/优惠规则/, 'discount'],
  [/处理充电和优惠失败/, 'failed'],
];

function aboutOf(description: string): RefusalSubject | undefined {
  return SUBJECTS.find(([wording]) => wording.test(description))?.[1];
}

import type { StoredEvent } from '../../outbox/reader/rows.ts';
import { isWhole } from '../payload.ts';
import type { Local, Voice } from './language.ts';

/** What to do about a quarantined event: the command, where there is one. */
export function tellRemedy(event: StoredEvent, { lang, local }: Pick<Voice, 'lang' | 'local'>): string {
  return (lang === 'zh' ? chineseRemedy : englishRemedy)(event, local);
}

function englishRemedy(event: StoredEvent, local: Local): string {
  const { id, orderNo, state } = event;
  const settled = event.settledAt === undefined ? '' : ` at ${local(event.settledAt)}`;
  const discard = `pilegate quarantine discard ${id} --why TEXT`;
  if (state === 'replayed') return `It was replayed${settled}. Nothing to do.`;
  if (state === 'discarded') return `A person discarded it${settled}: ${event.why ?? ''}. Nothing to do.`;
  if (state === 'dropped')
    return `Its payload was dropped${settled}, for quarantine was full. Have it published again.`;
  if (!isWhole(event))
    return `Only its first bytes were kept, so it cannot be replayed. Have it published again, and shorter; then: ${discard}`;
  const replay = `pilegate quarantine replay ${id}`;
  if (event.kind === 'conflict')
    return `Compare it with the record that stands: pilegate records show ${orderNo}. If the record is right: ${discard}`;
  if (event.field !== '') return `Supply it: ${replay} --set ${event.field}=VALUE`;
  return `Mend the source's rules or its publisher (pilegate check --event), then: ${replay}. If it is no session: ${discard}`;
}

function chineseRemedy(event: StoredEvent, local: Local): string {
  const { id, orderNo, state } = event;
  const settled = event.settledAt === undefined ? '' : `于 ${local(event.settledAt)} `;
  const discard = `pilegate quarantine discard ${id} --why 原因`;
  if (state === 'replayed') return `已${settled}重新处理，无需处理。`;
  if (state === 'discarded') return `已${settled}由人工丢弃：${event.why ?? ''}。无需处理。`;
  if (state === 'dropped') return `隔离区已满，内容已${settled}被清除。请让设备重新上报。`;
  if (!isWhole(event))
    return `内容过长，只保留了开头，无法重新处理。请让设备重新上报较短的内容，然后：${discard}`;
  const replay = `pilegate quarantine replay ${id}`;
  if (event.kind === 'conflict')
    return `请与现有记录比较：pilegate records show ${orderNo}。若现有记录正确：${discard}`;
  if (event.field !== '') return `补充该字段：${replay} --set ${event.field}=值`;
  return `请修正来源规则或上报方（pilegate check --event），然后：${replay}。若不是充电记录：${discard}`;
}

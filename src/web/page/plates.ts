/** A plate as the page shows it: `浙BD12345` as `浙B·***45`; of short stand-ins no more than the first character. */
export function masked(plate: string): string {
  const letters = [...plate];
  if (letters.length < 6) return letters.length === 0 ? '' : `${letters[0]}***`;
  return `${letters.slice(0, 2).join('')}·***${letters.slice(-2).join('')}`;
}

/** What looks like a plate in running text: a province, a letter, then four to six more, a dot between or not. */
const PLATE =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][\s·•.-]?[A-Z0-9]{4,6}[挂学警港澳使领]?/giu;

/** Running text (a gate's words, a reason) with every plate in it masked, `plate` itself whatever it looks like. */
export function maskedText(text: string, plate = ''): string {
  const known = plate.length >= 3 ? text.replaceAll(plate, masked(plate)) : text;
  return known.replace(PLATE, (found) => masked(found.replace(/[\s·•.-]/g, '')));
}

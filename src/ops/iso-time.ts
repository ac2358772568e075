/** Times for people and programs: ISO 8601 with the machine's own offset, to the millisecond. */

const two = (n: number): string => String(n).padStart(2, '0');

// Nearly every line of a log falls into the same second as the one before it.
let second = Number.NaN;
let head = '';
let tail = '';

/**
 * @param ms epoch milliseconds
 * @returns for example `2026-11-24T09:12:30.042+08:00`, in the time zone of this process
 */
export function isoTime(ms: number): string {
  const whole = Math.floor(ms / 1000);
  if (whole !== second) {
    const date = new Date(whole * 1000);
    const minutes = -date.getTimezoneOffset();
    const [sign, offset] = minutes < 0 ? ['-', -minutes] : ['+', minutes];
    const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    head = `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.`;
    tail = `${sign}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
    second = whole;
  }
  return head + String(Math.floor(ms) - whole * 1000).padStart(3, '0') + tail;
}

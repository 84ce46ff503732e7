/** Times for people, made without a clock: the caller says what time it is. */

const STEPS: readonly (readonly [limit: number, size: number, unit: string])[] = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [Infinity, 86_400, "day"],
];

/**
 * "just now", "5 minutes ago". What lies in the future (clocks differ) counts as now.
 * @param from ISO 8601
 * @param now milliseconds since 1970
 */
export function ago(from: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(from)) / 1000);
  if (!(seconds >= 10)) return "just now";
  const [, size, unit] = STEPS.find(([limit]) => seconds < limit)!;
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** "48 s", "2 min 5 s": how long something took, from two ISO 8601 times. */
export function took(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}

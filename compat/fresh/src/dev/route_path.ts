/** The URL pattern of a route file: `blog/[slug]/index` → `/blog/:slug`. */
export function patternOf(id: string): string {
  const steps = id.split("/");
  if (steps.at(-1) === "index") steps.pop();
  return "/" + steps.filter((step) => !isGroup(step)).map(stepPattern).join("/");
}

/** The steps by which layouts and middlewares find a file: its folders, groups included. */
export function scopeOfFile(id: string): string[] {
  return id.split("/").slice(0, -1).map((step) => isGroup(step) ? step : stepPattern(step));
}

/** `(group)` folders order files but do not show in URLs. */
export function isGroup(step: string): boolean {
  return step.startsWith("(") && step.endsWith(")");
}

function stepPattern(step: string): string {
  const optional = /^\[\[([^\]]+)\]\]$/.exec(step);
  if (optional !== null) return `:${optional[1]}?`;
  return step.replace(/\[(\.\.\.)?([^\]]+)\]/g, (_, rest, name) => rest ? `:${name}*` : `:${name}`);
}

/**
 * Orders ids the way routes must be registered: what covers a folder before what lies in it, fixed names before
 * `[x]` before `[...x]`, groups after plain folders.
 */
export function compareIds(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const byRank = rank(left[i], i === left.length - 1) - rank(right[i], i === right.length - 1);
    if (byRank !== 0) return byRank;
    if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}

function rank(step: string, isFile: boolean): number {
  if (isFile) {
    const special = ["_app", "_middleware", "_404", "_layout", "_error", "_500", "index"].indexOf(step);
    if (special >= 0) return special;
  }
  if (step.startsWith("[...")) return 30;
  if (step.includes("[")) return 20;
  return isGroup(step) ? 11 : 10;
}

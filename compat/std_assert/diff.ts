/** Beyond this many lines the table of the comparison would take too long and nobody reads the result. */
const MOST_LINES = 1_000;

/** Any value as text of one line per property, with sorted keys so that only true differences show. */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    compact: false,
    depth: Infinity,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  });
}

/** Both values line by line: `-` only in actual, `+` only in expected. */
export function diff(actual: unknown, expected: unknown): string {
  const bothText = typeof actual === "string" && typeof expected === "string" && /\n/.test(actual + expected);
  const a = (bothText ? actual as string : format(actual)).split("\n");
  const b = (bothText ? expected as string : format(expected)).split("\n");
  const lines = a.length > MOST_LINES || b.length > MOST_LINES
    ? [...a.map((line) => `-   ${line}`), ...b.map((line) => `+   ${line}`)]
    : diffLines(a, b);
  return ["", "    [Diff] Actual / Expected", "", ...lines].join("\n");
}

function diffLines(a: string[], b: string[]): string[] {
  const common = commonLengths(a, b);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) lines.push(`    ${a[i++]}`) && j++;
    else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push(`-   ${a[i++]}`);
    } else lines.push(`+   ${b[j++]}`);
  }
  return lines;
}

/** `[i][j]` = length of the longest common subsequence of `a` from i and `b` from j. */
function commonLengths(a: string[], b: string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

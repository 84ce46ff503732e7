/** The last part of what a command said, in bounded memory. */

export interface Tail {
  push(line: string): void;
  lines(): string[];
}

export function createTail(maxLines: number, maxLineLength = 300): Tail {
  const kept: string[] = [];
  return {
    push(line) {
      kept.push(line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line);
      if (kept.length > maxLines) kept.shift();
    },
    lines: () => [...kept],
  };
}

/** A command that goes on for as long as a test wants: prints its step and its process until the file is there. */
export const untilTold = (file: string): string =>
  `i=0; while [ ! -e ${file} ]; do i=$((i + 1)); echo "step $i of run $$"; sleep 0.1; done`;

/** How many processes printed steps. */
export const runsIn = (log: readonly string[]): number =>
  new Set(log.flatMap((line) => /^step \d+ of run (\d+)$/.exec(line)?.[1] ?? [])).size;

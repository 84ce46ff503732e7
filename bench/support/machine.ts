/** What else the processors did: a figure of a machine that others use, too, is to be read with that in mind. */

/** Begins to look. @returns a function that tells the share of all processor time that was stolen since, as `3.2 %` */
export function stolenSince(): () => string {
  const before = processorTime();
  return () => {
    const now = processorTime();
    const share = (now.stolen - before.stolen) / (now.all - before.all || 1);
    return `${(share * 100).toFixed(1)} %`;
  };
}

/** Ticks since the machine has started: `/proc/stat`, whose eighth number is what a hypervisor gave to others. */
function processorTime(): { all: number; stolen: number } {
  const [, ...numbers] = Deno.readTextFileSync("/proc/stat").split("\n")[0].split(/\s+/);
  const ticks = numbers.slice(0, 8).map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), stolen: ticks[7] };
}

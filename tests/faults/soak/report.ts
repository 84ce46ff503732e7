/** What the soak says of itself: a line each minute, and one at the end. */
import type { Held } from "./held.ts";
import { bytesOf, mega } from "./verdict.ts";
import type { World } from "./world.ts";

const isolateLine = ({ isolates }: Held): string =>
  isolates.map((one) =>
    `${one.isolate} heap ${mega(one.heap)} + ${mega(one.external)}, ${one.streams} streams`
  ).join(" | ");

const native = (held: Held): string => held.native === null ? "unknown" : mega(held.native);

/** @param load processors' worth that the servers and this process took since the last line */
export function line(what: string, held: Held, { counts, ledger }: World, load: number): string {
  const { visits, sandboxes, servers, apps, cut } = counts;
  return [
    what.padEnd(9),
    isolateLine(held),
    `native ${native(held)}, rss ${mega(held.rss)}, ${held.files} files`,
    `${visits} visits (${cut} cut), ${ledger.checked} events checked, ${ledger.gaps} gaps`,
    `${ledger.deploys} builds, ${apps} apps came and went`,
    `killed ${sandboxes} processes, ${servers} servers`,
    `load ${load.toFixed(2)}`,
  ].join(" | ");
}

export function summary(minutes: number, began: Held, ended: Held, { counts, ledger }: World): string {
  const grown = ended.isolates.map((after, i) => {
    const before = bytesOf(began.isolates[i]);
    return `${after.isolate} ${mega(before)} → ${mega(bytesOf(after))}`;
  });
  return `${minutes} minutes: heap ${grown.join(", ")}; native ${native(began)} → ${native(ended)}; rss ${
    mega(began.rss)
  } → ${mega(ended.rss)}; ` +
    `files ${began.files} → ${ended.files}; ${counts.visits} visits, ${ledger.checked} events checked, ` +
    `${ledger.deploys} builds, ${counts.sandboxes} processes and ${counts.servers} servers killed, ` +
    `${counts.apps} apps made and deleted; ${ledger.problems.length} problems`;
}

/** The errors that servers logged: how often each, and an example. */
export function errorsIn(output: string): string[] {
  const found = new Map<string, { times: number; example: string }>();
  for (const text of output.split("\n")) {
    if (!text.includes(`"level":"error"`)) continue;
    const event = /"event":"([^"]+)"/.exec(text)?.[1] ?? "?";
    const known = found.get(event);
    if (known) known.times++;
    else found.set(event, { times: 1, example: text });
  }
  return [...found].map(([event, { times, example }]) =>
    `${event} ×${times}, as in ${example.slice(0, 400)}`
  );
}

/**
 * What it costs to bring a burst of log lines to many viewers: encoded once for all, one write per flush (as the hub does
 * it), against encoded for each viewer, and against a write per event. Compared in one run; proves its outputs equal first.
 *
 *     deno run -A bench/fan_out.ts [viewers] [lines]
 */
import { Chunk, type Item } from "../lib/events/chunk.ts";
import { formatCursor } from "../lib/protocol/cursor.ts";
import { DeployId } from "../lib/protocol/ids.ts";

const viewers = Number(Deno.args[0] ?? 500);
const count = Number(Deno.args[1] ?? 1_000);
const ROUNDS = 5;

const deployId = DeployId.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");
const items: Item[] = Array.from({ length: count }, (_, line) => ({
  id: formatCursor({ rev: 3, lines: { [deployId]: line + 1 } }),
  event: {
    type: "log",
    payload: {
      deployId,
      line,
      source: "build",
      stream: "stdout",
      message: `\u001b[32m✓\u001b[0m module ${line} transformed in ${line % 17} ms`,
      timestamp: 1_700_000_000_000 + line,
    },
  },
}));
const end = { rev: 3, lines: { [deployId]: count } };

/** Hands bytes to one viewer; what it does with them must not be optimised away. */
class Viewer {
  bytes = 0;
  writes = 0;
  write(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.writes++;
  }
}

const ways: Record<string, (all: Viewer[]) => void> = {
  "encoded once, one write per flush": (all) => {
    const chunk = new Chunk(items, end);
    for (const viewer of all) viewer.write(chunk.sse);
  },
  "encoded for each viewer, one write": (all) => {
    for (const viewer of all) viewer.write(new Chunk(items, end).sse);
  },
  "encoded once, a write per event": (all) => {
    const chunks = items.map((item) => new Chunk([item], end));
    for (const viewer of all) for (const chunk of chunks) viewer.write(chunk.sse);
  },
};

const times: Record<string, number> = {};
const delivered = new Set<number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, deliver] of Object.entries(ways)) {
    const all = Array.from({ length: viewers }, () => new Viewer());
    const begun = performance.now();
    deliver(all);
    times[name] = Math.min(times[name] ?? Infinity, performance.now() - begun);
    for (const viewer of all) delivered.add(viewer.bytes);
  }
}
if (delivered.size !== 1) throw new Error(`The ways deliver different bytes: ${[...delivered]}`);

const [bytes] = delivered;
console.log(`${viewers} viewers, ${count} lines, ${bytes} bytes to each; best of ${ROUNDS} rounds`);
const best = times["encoded once, one write per flush"];
for (const [name, ms] of Object.entries(times)) {
  console.log(`${name.padEnd(36)} ${ms.toFixed(2).padStart(10)} ms   ×${(ms / best).toFixed(1)}`);
}

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { afterEvent, afterLines, finishedLogs, plan, reached, type Segment } from "../../lib/events/plan.ts";
import { formatCursor, type Position, START } from "../../lib/protocol/cursor.ts";
import type { Item } from "../../lib/events/chunk.ts";
import { assertWhole } from "../support/core_story.ts";
import { deploy } from "../preview/samples.ts";
import { happenings, type Past, pastOf } from "./past.ts";

/** What a reader gets who follows the plan. */
function follow(segments: readonly Segment[], from: Position, past: Past): Item[] {
  const items: Item[] = [];
  let at = from;
  for (const segment of segments) {
    if (segment.type === "event") {
      at = afterEvent(at, segment.event);
      items.push({ event: segment.event.event, id: formatCursor(at) });
      continue;
    }
    for (let line = segment.from; line < segment.to; line++) {
      at = afterLines(at, segment.deployId, line + 1);
      const message = past.lines[segment.deployId][line];
      const payload = { deployId: segment.deployId, line, message } as never;
      items.push({ event: { type: "log", payload }, id: formatCursor(at) });
    }
  }
  return items;
}

Deno.test("X1 from any place a plan holds all that lies after it, once, and no event before its lines", () => {
  fc.assert(
    fc.property(happenings, fc.nat(), (happened, n) => {
      const past = pastOf(happened);
      const from = past.points[n % past.points.length];
      const segments = plan(from, past.events.slice(from.rev), past.end.lines);
      assertWhole(follow(segments, from, past), past, from);
      assertEquals(reached(from, past.end), segments.length === 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("X1 a plan that is cut anywhere goes on from there without a hole or a double", () => {
  fc.assert(
    fc.property(happenings, fc.nat(), fc.nat(), (happened, n, cut) => {
      const past = pastOf(happened);
      const from = past.points[n % past.points.length];
      const items = follow(plan(from, past.events.slice(from.rev), past.end.lines), from, past);
      const first = items.slice(0, cut % (items.length + 1));
      const middle = first.length === 0 ? from : positionAfter(first, from);
      const rest = follow(plan(middle, past.events.slice(middle.rev), past.end.lines), middle, past);
      assertWhole([...first, ...rest], past, from);
    }),
    { numRuns: 500 },
  );
});

function positionAfter(items: readonly Item[], from: Position): Position {
  const [rev, ...logs] = items.at(-1)!.id!.split("~");
  const lines = Object.fromEntries(logs.map((log) => [log.split(":")[0], Number(log.split(":")[1])]));
  return items.length === 0 ? from : { rev: Number(rev), lines };
}

Deno.test("X1 lines of a log that nobody opened for this reader are not his", () => {
  assertEquals(plan(START, [], { [deploy(1)]: 5 }), []);
});

Deno.test("a log that opens and closes with the same event leaves no trace in the position", () => {
  const event = { rev: 1, opens: [deploy(1)], closes: [deploy(1)] };
  assertEquals(afterEvent(START, event), { rev: 1, lines: {} });
});

Deno.test("reached: rev first, then each open log, then the logs that are over", () => {
  const [a, b] = [deploy(1), deploy(2)];
  const at = (rev: number, lines: Record<string, number> = {}): Position => ({ rev, lines });
  assert(reached(at(2), at(1, { [a]: 9 })));
  assert(!reached(at(1), at(2)));
  assert(reached(at(1, { [a]: 3 }), at(1, { [a]: 3 })));
  assert(!reached(at(1, { [a]: 2 }), at(1, { [a]: 3 })));
  assert(!reached(at(1), at(1, { [a]: 3 })));
  assert(reached(at(1), at(1, { [a]: 0 })));
  assert(!reached(at(1, { [b]: 1 }), at(1), { [b]: 2 }));
  assert(reached(at(1, { [b]: 2 }), at(1), { [b]: 2 }));
  assert(reached(at(1), at(1), { [b]: 2 }));
});

Deno.test("finished is what the reader stands in, what is closed, and what the way does not close", () => {
  const [a, b, c] = [deploy(1), deploy(2), deploy(3)];
  const from = { rev: 1, lines: { [a]: 1, [b]: 1, [c]: 1 } };
  const heads = {
    [a]: { lines: 9, closed: true },
    [b]: { lines: 8, closed: false },
    [c]: { lines: 7, closed: true },
    [deploy(4)]: { lines: 6, closed: true },
  };
  assertEquals(finishedLogs(from, { rev: 3, lines: { [c]: 7 } }, heads), { [a]: 9 });
});

/** A random life of one app on a real store, and the check that a viewer saw all of it, once and in order. */
import { assert, assertEquals } from "@std/assert";
import type { Item } from "../../lib/events/chunk.ts";
import { finishedLogs, reached } from "../../lib/events/plan.ts";
import { positionOf } from "../../lib/events/feed.ts";
import { readLines } from "../../lib/kv/logs.ts";
import type { LogWriter, NumberedEvent } from "../../lib/preview/store.ts";
import type { LogLine } from "../../lib/preview/runner.ts";
import { parseCursor, type Position } from "../../lib/protocol/cursor.ts";
import type { DeployId } from "../../lib/protocol/ids.ts";
import { APP_ID, claimed, deploy, pushed, succeeded } from "../preview/samples.ts";
import type { CoreIsolate } from "./core_isolate.ts";

/** `lines` writes to whatever log is open, the rest are inputs of the machine; what does not fit changes nothing. */
export type Act = "push" | "claim" | "lines" | "burst" | "succeed" | "fail" | "stop" | "cancel";
export const ACTS: readonly Act[] = [
  "push",
  "claim",
  "lines",
  "lines",
  "lines",
  "burst",
  "succeed",
  "fail",
  "stop",
  "cancel",
];

export const line = (message: string, timestamp = 1_000): LogLine => ({
  source: "build",
  stream: "stdout",
  message,
  timestamp,
});

export class Story {
  readonly deploys: DeployId[] = [];
  readonly #isolate: CoreIsolate;
  readonly #writers = new Map<string, LogWriter>();
  #commits = 0;
  #lines = 0;

  constructor(isolate: CoreIsolate) {
    this.#isolate = isolate;
  }

  async act(act: Act): Promise<void> {
    const { commit, previews } = this.#isolate;
    const { record } = (await previews.load(APP_ID))!;
    const building = record.build?.token ?? undefined;
    const running = record.instance?.token;
    switch (act) {
      case "push":
        return void await commit(pushed(++this.#commits));
      case "claim":
        return void await this.claim();
      case "lines":
        return await this.write(
          this.#lines % 2 ? running ?? building : building ?? running,
          1 + this.#lines % 4,
        );
      case "burst":
        return await this.write(building ?? running, 700);
      case "succeed":
        if (building) await commit(succeeded(building));
        return;
      case "fail":
        if (building) await commit({ type: "build-failed", token: building, message: "it broke" });
        return;
      case "stop":
        if (running) await commit({ type: "container-stopped", token: running, reason: "exit", exitCode: 1 });
        return;
      case "cancel":
        return void await commit({ type: "cancel-requested" });
    }
  }

  /** A build of a commit of its own begins. @returns its deploy */
  async claim(): Promise<DeployId> {
    const n = this.deploys.length + 1;
    const token = `token-${n}`;
    this.deploys.push(deploy(n));
    await this.#isolate.commit(pushed(++this.#commits), claimed("pending", token, n));
    this.#writers.set(token, this.#isolate.logs.writer(APP_ID, deploy(n), token, () => {}));
    return deploy(n);
  }

  /** Resolves when the lines are committed. */
  async write(token: string | undefined, count: number): Promise<void> {
    const writer = token === undefined ? undefined : this.#writers.get(token);
    for (let i = 0; i < count; i++) await writer?.write([line(`line ${this.#lines++}`)]);
    await writer?.flush();
  }

  /** The token of the build or instance whose log is open. */
  async open(): Promise<string> {
    const { record } = (await this.#isolate.previews.load(APP_ID))!;
    return record.build?.token ?? record.instance!.token;
  }
}

/** All that happened, as the store has it. */
export interface Truth {
  readonly events: readonly NumberedEvent[];
  readonly lines: Readonly<Record<string, readonly string[]>>;
  /** What a viewer stands at who has seen everything. */
  readonly end: Position;
}

export async function truthOf({ kv, history }: CoreIsolate, deploys: readonly DeployId[]): Promise<Truth> {
  const present = (await history.read(APP_ID, []))!;
  const lines: Record<string, string[]> = {};
  for (const id of deploys) {
    const all: string[] = [];
    for (let more = true; more;) {
      const some = await readLines(kv, id, all.length, 1e9);
      all.push(...some.map(({ message }) => message));
      more = some.length > 0;
    }
    lines[id] = all;
  }
  const events: NumberedEvent[] = [];
  while (events.length < present.record.rev) {
    const some = await history.events(APP_ID, events.length, present.record.rev);
    if (some.length === 0) break;
    events.push(...some);
  }
  return { events, lines, end: positionOf(present) };
}

/** True where the last cursor among the items says that nothing is left to come. */
export function hasAll(items: readonly Item[], truth: Truth): boolean {
  const id = items.findLast((item) => item.id !== undefined)?.id;
  const at = id === undefined ? null : parseCursor(id);
  const heads = Object.fromEntries(
    Object.entries(truth.lines).map(([log, { length }]) => [log, { lines: length, closed: true }]),
  );
  return at !== null && reached(at, truth.end, finishedLogs(at, truth.end, heads));
}

/**
 * Whatever comes after `from` is there, each event once and in order, each line once and in order, no event before a
 * line that its `at` counts, and each cursor says where the reader is.
 * @returns how many lines were covered by gaps
 */
export function assertWhole(items: readonly Item[], truth: Truth, from: Position): number {
  let gone = 0;
  let rev = from.rev;
  const lines: Record<string, number> = { ...from.lines };
  for (const { event, id } of items) {
    const at = parseCursor(id ?? "");
    assert(at !== null, `no cursor: ${JSON.stringify(event)} ${id}`);
    if (event.type === "log") {
      const { deployId, line, message } = event.payload;
      assertEquals(line, lines[deployId] ?? 0, `line of ${deployId} after ${id}`);
      assertEquals(message, truth.lines[deployId][line]);
      lines[deployId] = line + 1;
    } else if (event.type === "gap") {
      const { deployId, from, to } = event.payload;
      assertEquals(from, lines[deployId] ?? 0, `gap of ${deployId} at ${id}`);
      assert(to > from, `empty gap at ${id}`);
      gone += to - from;
      lines[deployId] = to;
    } else {
      const entry = truth.events[rev];
      assert(entry, `too much at ${id}: ${JSON.stringify(event)}`);
      assertEquals(event, entry.event, `event ${rev + 1}`);
      for (const opened of entry.opens) lines[opened] ??= 0;
      for (const [log, count] of Object.entries(entry.at)) {
        if (log in lines) assert(lines[log] >= count, `event ${rev + 1} before line ${count} of ${log}`);
      }
      for (const closed of entry.closes) delete lines[closed];
      rev++;
    }
    assertEquals(at, { rev, lines: { ...lines } }, `cursor after ${JSON.stringify(event)}`);
  }
  assertEquals(rev, truth.events.length, "events");
  for (const [log, count] of Object.entries(truth.end.lines)) {
    assertEquals(lines[log], count, `lines of ${log}`);
  }
  return gone;
}

/** A deploy's log with one writer, for the tests of this folder. */
import { assertEquals } from "@std/assert";
import { keys } from "../../lib/kv/keys.ts";
import { createLogStore, type LogOptions, readLines } from "../../lib/kv/logs.ts";
import type { LogHead } from "../../lib/preview/record.ts";
import { APP_ID, deploy } from "../preview/samples.ts";

export const ID = deploy(1);
export const fence = (kv: Deno.Kv, token: string, head: Partial<LogHead> = {}) =>
  kv.set(keys.logHead(ID), { appId: APP_ID, lines: 0, first: 0, closed: false, token, ...head });

/** A log that `token-1` holds, and what was announced of it, append by append. */
export async function openLog(kv: Deno.Kv, options: Partial<LogOptions> = {}) {
  await fence(kv, "token-1");
  const announced: { from: number; messages: string[] }[] = [];
  let lost = 0;
  const store = createLogStore(kv, {
    interval: 0,
    announce: (_app, _deploy, from, lines) =>
      void announced.push({ from, messages: lines.map(({ message }) => message) }),
    ...options,
  });
  return {
    store,
    announced,
    writer: store.writer(APP_ID, ID, "token-1", () => lost++),
    get lost() {
      return lost;
    },
    head: () => store.head(ID),
  };
}

export async function stored(kv: Deno.Kv, from = 0): Promise<string[]> {
  const all: string[] = [];
  for (let at = from;;) {
    const some = await readLines(kv, ID, at, 1e9);
    if (some.length === 0) return all;
    for (const [i, { line }] of some.entries()) assertEquals(line, some[0].line + i);
    all.push(...some.map(({ message }) => message));
    at = some.at(-1)!.line + 1;
  }
}

export const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(from + i));

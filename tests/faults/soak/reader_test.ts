import { assertEquals } from "@std/assert";
import type { WireEvent } from "../../../lib/protocol/events.ts";
import { deploy } from "../../preview/samples.ts";
import { Ledger } from "./ledger.ts";
import { Reader } from "./reader.ts";

const ONE = deploy(1);

const status = (id: string | undefined, state = "building"): WireEvent => ({
  type: "status",
  payload: { state: state as "building", pendingBuild: false },
  ...(id === undefined ? {} : { id }),
});

const line = (number: number, message = `line ${number}`, id = `1~${ONE}:${number + 1}`): WireEvent => ({
  type: "log",
  payload: { deployId: ONE, line: number, source: "build", stream: "stdout", message, timestamp: 0 },
  id,
});

const gap = (from: number, to: number): WireEvent => ({
  type: "gap",
  payload: { deployId: ONE, from, to, logUrl: "" },
  id: `1~${ONE}:${to}`,
});

const BEGIN = status(`1~${ONE}:0`);

function problemsOf(events: readonly WireEvent[], ledger = new Ledger(), who = "somebody"): string[] {
  const reader = new Reader(who, ledger);
  for (const event of events) reader.take(event);
  return ledger.problems;
}

const isToldOf = (problems: readonly string[], ...words: string[]) =>
  assertEquals(
    [problems.length, words.every((word, i) => problems[i]?.includes(word))],
    [words.length, true],
    problems.join("\n"),
  );

Deno.test("X1 what comes in order is fine, with a gap that is told and an end that others see as well", () => {
  const ledger = new Ledger();
  const end = status("2", "sleeping");
  isToldOf(problemsOf([BEGIN, line(0), line(1), gap(2, 5), line(5), end], ledger, "one"));
  isToldOf(problemsOf([status(`1~${ONE}:4`), line(4), line(5), end], ledger, "two"));
  assertEquals([ledger.checked, ledger.deploys, ledger.gaps], [10, 1, 1]);
});

Deno.test("X1 a hole, a repeat, a wrong gap, an event out of order and a second beginning are found", () => {
  isToldOf(problemsOf([BEGIN, line(0), line(2)]), "misses 1 to 2");
  isToldOf(problemsOf([BEGIN, line(0), line(0)]), "repeats line 0");
  isToldOf(problemsOf([BEGIN, line(0), gap(2, 5)]), "another gap");
  isToldOf(problemsOf([BEGIN, status(`3~${ONE}:0`)]), "is not rev 2");
  isToldOf(problemsOf([BEGIN, status(`2~${ONE}:3`)]), "jumps over lines");
  isToldOf(problemsOf([BEGIN, status(undefined)]), "begins anew");
  isToldOf(problemsOf([line(0)]), "does not begin with the status");
});

Deno.test("X1 viewers who differ about a line, or about where a log ends, are found", () => {
  const ledger = new Ledger();
  problemsOf([BEGIN, line(0), line(1), status("2")], ledger, "one");
  isToldOf(problemsOf([BEGIN, line(0, "another")], ledger, "two"), "two: line 0");
  isToldOf(
    problemsOf([BEGIN, line(0), status("2")], ledger, "three"),
    "two",
    "ended after 1 lines; for one it was 2",
  );
});

Deno.test("X1 a line that was lost before it had a number is missed in what the app counts", () => {
  const tick = (number: number, count: number, run = "a1") => line(number, `tick ${run} ${count} xxx.`);
  const later = status(`1~${ONE}:3`);
  isToldOf(problemsOf([later, tick(3, 7), tick(4, 8), tick(5, 1, "b2"), tick(6, 2, "b2")]));
  isToldOf(problemsOf([later, tick(3, 7), tick(4, 9)]), "says a1 9 after a1 7");
  isToldOf(problemsOf([later, tick(3, 7), tick(4, 2, "b2")]), "says b2 2 after a1 7");
  isToldOf(problemsOf([BEGIN, line(0), tick(1, 2)]), "says a1 2 after");
});

Deno.test("X1 a JSON answer ends where its last event does", () => {
  const ledger = new Ledger();
  const reader = new Reader("somebody", ledger);
  for (const event of [BEGIN, line(0)]) reader.take(event);
  reader.settle(`1~${ONE}:1`);
  assertEquals([ledger.problems, reader.cursor], [[], `1~${ONE}:1`]);
  reader.settle(`1~${ONE}:3`);
  isToldOf(ledger.problems, "an answer ends at");
});

import { assert, assertEquals } from "@std/assert";
import {
  closeCodeOf,
  Problem,
  problem,
  type ProblemCode,
  PROBLEMS,
  statusOf,
} from "../../lib/protocol/problem.ts";

const codes = Object.keys(PROBLEMS) as ProblemCode[];

Deno.test("each problem has a status of an error, a sentence for people and a close code that a server may send", () => {
  for (const code of codes) {
    assert(/^[a-z]+(_[a-z]+)*$/.test(code), code);
    assert(statusOf(code) >= 400 && statusOf(code) < 600, code);
    assert(/^[A-Z].*[.]$/.test(PROBLEMS[code][1]), code);
    assertEquals(closeCodeOf(code), 4000 + statusOf(code));
    assert(closeCodeOf(code) >= 4000 && closeCodeOf(code) <= 4999, code);
    // A close reason holds 123 bytes.
    assert(code.length <= 123, code);
  }
});

Deno.test("A2 refusals of tickets carry the codes and statuses that clients rely on", () => {
  const relied: [ProblemCode, number, number][] = [
    ["missing_ticket", 401, 4401],
    ["invalid_ticket", 401, 4401],
    ["ticket_app_mismatch", 403, 4403],
    ["origin_not_allowed", 403, 4403],
    ["unknown_app", 404, 4404],
    ["invalid_cursor", 400, 4400],
    ["internal_error", 500, 4500],
  ];
  assertEquals(relied.map(([code]) => [code, statusOf(code), closeCodeOf(code)]), relied);
});

Deno.test("a problem is RFC 9457, with the code beside it and a detail where there is one", () => {
  assertEquals(problem("invalid_ticket", "expired"), {
    type: "about:blank",
    title: "This ticket is not valid. Ask for a new one.",
    status: 401,
    code: "invalid_ticket",
    detail: "expired",
  });
  for (const code of codes) {
    assert(!("detail" in problem(code)));
    assertEquals(Problem.parse(JSON.parse(JSON.stringify(problem(code)))), problem(code));
  }
});

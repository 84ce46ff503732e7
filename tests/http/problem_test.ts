import { assert, assertEquals } from "@std/assert";
import { problemResponse, refusalResponse, refuse } from "../../lib/http/problem.ts";
import { Problem, type ProblemCode, PROBLEMS } from "../../lib/protocol/problem.ts";

Deno.test("A2 every refusal is answered with its status, as problem+json that names the code", async () => {
  for (const [code, [status, title]] of Object.entries(PROBLEMS)) {
    const answer = problemResponse(code as ProblemCode);
    assertEquals(answer.status, status);
    assertEquals(answer.headers.get("content-type"), "application/problem+json");
    assertEquals(answer.headers.get("cache-control"), "no-store");
    assertEquals(Problem.parse(await answer.json()), { type: "about:blank", title, status, code });
  }
});

Deno.test("A2 whoever gets 429 or 503 is told when to come back, and nobody else", () => {
  for (const [code, [status]] of Object.entries(PROBLEMS)) {
    const wait = problemResponse(code as ProblemCode).headers.get("retry-after");
    if (status === 429 || status === 503) assert(Number(wait) >= 1, `${code} needs Retry-After`);
    else assertEquals(wait, null);
  }
});

Deno.test("A2 a 401 says how to prove oneself", () => {
  assertEquals(problemResponse("missing_ticket").headers.get("www-authenticate"), "Bearer");
  assertEquals(problemResponse("unknown_app").headers.get("www-authenticate"), null);
});

Deno.test("A2 a refusal's detail and the caller's headers are in the answer", async () => {
  const answer = refusalResponse(refuse("invalid_ticket", "expired"), { "Retry-After": "7", "allow": "GET" });
  assertEquals(answer.headers.get("retry-after"), "7");
  assertEquals(answer.headers.get("allow"), "GET");
  assertEquals((await answer.json()).detail, "expired");
});

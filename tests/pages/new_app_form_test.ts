import { assert, assertEquals } from "@std/assert";
import { newAppRefused, newAppValues, parseNewApp } from "../../routes/(_lib)/new_app_form.ts";

const parse = (fields: Record<string, string>) => parseNewApp(newAppValues(new URLSearchParams(fields)));

Deno.test("A26 the form becomes what POST /api/apps takes, and empty fields are left out", () => {
  const parsed = parse({
    name: " Shop ",
    repository: "https://github.com/acme/shop",
    branch: "",
    install: "",
    start: "npm start",
    env: "A=1",
  });
  assert(parsed.ok);
  assertEquals(parsed.input, {
    name: "Shop",
    repository: "https://github.com/acme/shop",
    commands: { start: "npm start" },
    env: { A: "1" },
  });
});

Deno.test("A26 every wrong field gets its own sentence", () => {
  const parsed = parse({
    name: "  ",
    repository: "ftp://x",
    branch: "..",
    start: "a\0b",
    env: "no",
  });
  assert(!parsed.ok);
  assertEquals(Object.keys(parsed.errors).sort(), ["branch", "env", "name", "repository", "start"]);
  for (const sentence of Object.values(parsed.errors)) assert(/^[A-Z].*\.$/.test(sentence!), sentence);
});

Deno.test("A26 a password in the address is refused and not repeated", () => {
  const parsed = parse({ name: "x", repository: "https://me:hunter2@example.com/x" });
  assert(!parsed.ok);
  assertEquals(parsed.errors, { repository: "This may not contain a password." });
});

Deno.test("A26 what the core refuses is shown beside the field that it is about", () => {
  assertEquals(Object.keys(newAppRefused({ ok: false, code: "branch_not_found" })), ["branch"]);
  assertEquals(Object.keys(newAppRefused({ ok: false, code: "repository_not_found" })), ["repository"]);
  assertEquals(Object.keys(newAppRefused({ ok: false, code: "storage_unavailable" })), ["form"]);
});

import { assert, assertEquals } from "@std/assert";
import { parseSettings, settingsOf, settingsValues } from "../../routes/(_lib)/settings_form.ts";
import { BranchName } from "../../lib/protocol/api.ts";

const values = (fields: [string, string][]) => settingsValues(new URLSearchParams(fields));
const BASE: [string, string][] = [["name", "Shop"], ["branch", "main"]];

Deno.test("A26 stored variables stay unless they are ticked or written again", () => {
  const parsed = parseSettings(
    values([...BASE, ["remove", "OLD"], ["remove", "TURNED"], ["env", "TURNED=new\r\nADDED=1"]]),
    { KEPT: "k", OLD: "o", TURNED: "t" },
  );
  assert(parsed.ok);
  assertEquals(parsed.change.env, { KEPT: "k", TURNED: "new", ADDED: "1" });
});

Deno.test("A26 an emptied command is found out from the repository again", () => {
  const parsed = parseSettings(values([...BASE, ["start", " "], ["install", "true"]]), {});
  assert(parsed.ok);
  assertEquals(parsed.change.commands, { install: "true" });
});

Deno.test("A26 an empty name or branch is refused, and so is a line that is no variable", () => {
  const parsed = parseSettings(values([["name", ""], ["branch", " "], ["env", "?"]]), {});
  assert(!parsed.ok);
  assertEquals(Object.keys(parsed.errors).sort(), ["branch", "env", "name"]);
});

Deno.test("X16 the untouched form holds no stored value", () => {
  const app = { name: "n", branch: BranchName.parse("main"), commands: {}, env: { TOKEN: "secret" } };
  assert(!JSON.stringify(settingsOf(app)).includes("secret"));
});

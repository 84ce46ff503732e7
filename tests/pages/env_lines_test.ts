import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseEnvLines } from "../../routes/(_lib)/env_lines.ts";

Deno.test("A26 variables come one per line, and the value is what follows the first =", () => {
  const text = "# for tests\r\nTOKEN=a=b \r\n\r\n  URL = x\r\nEMPTY=\rTOKEN=again";
  assertEquals(parseEnvLines(text), { ok: true, env: { TOKEN: "again", URL: " x", EMPTY: "" } });
  assertEquals(parseEnvLines(""), { ok: true, env: {} });
});

Deno.test("A26 a line that is no variable is named by its number and not repeated", () => {
  for (const [text, line] of [["A=1\nsecret words", 2], ["1A=secret", 1], ["\n\n=secret", 3]] as const) {
    const parsed = parseEnvLines(text);
    assert(!parsed.ok);
    assert(/\bline (\d)/i.exec(parsed.error)?.[1] === String(line), parsed.error);
    assert(!parsed.error.includes("secret"), parsed.error);
  }
});

Deno.test("A26 every usable name and one-line value survive the form", () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).filter((n) => n !== "__proto__");
  const value = fc.string().filter((v) => !/[\r\n]/.test(v));
  fc.assert(fc.property(fc.dictionary(name, value), (env) => {
    const text = Object.entries(env).map(([key, v]) => `${key}=${v}`).join("\r\n");
    const parsed = parseEnvLines(text);
    assert(parsed.ok);
    assertEquals({ ...parsed.env }, { ...env });
  }));
});

Deno.test("A26 whatever is typed, the parser answers, and never with a name that no shell takes", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const parsed = parseEnvLines(text);
    if (parsed.ok) { for (const key of Object.keys(parsed.env)) assert(/^[A-Za-z_]\w*$/.test(key)); }
  }));
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ansiSpans } from "../../lib/client/ansi.ts";

const ESC = "\x1b[";

Deno.test("A8 text without colours is one span, and nothing is none", () => {
  assertEquals(ansiSpans("plain <b>&amp;"), [{ text: "plain <b>&amp;", className: "" }]);
  assertEquals(ansiSpans(""), []);
});

Deno.test("A8 the sixteen named colours and the decorations become classes", () => {
  assertEquals(ansiSpans(`a ${ESC}31mred${ESC}0m ${ESC}1;94;41mloud${ESC}22;39;49m end`), [
    { text: "a ", className: "" },
    { text: "red", className: "ansi-red-fg" },
    { text: " ", className: "" },
    { text: "loud", className: "ansi-bright-blue-fg ansi-bold ansi-red-bg" },
    { text: " end", className: "" },
  ]);
});

Deno.test("A8 palette and 24-bit colours become styles, with colons as well as semicolons", () => {
  assertEquals(ansiSpans(`${ESC}38;5;208mx`), [{
    text: "x",
    className: "",
    style: { color: "rgb(255, 135, 0)" },
  }]);
  assertEquals(ansiSpans(`${ESC}48;5;232mx`)[0]?.style, { backgroundColor: "rgb(8, 8, 8)" });
  assertEquals(ansiSpans(`${ESC}38;5;9mx`)[0]?.className, "ansi-bright-red-fg");
  for (const code of ["38;2;1;2;3", "38:2::1:2:3", "38:2:1:2:3"]) {
    assertEquals(ansiSpans(`${ESC}${code}mx`)[0]?.style, { color: "rgb(1, 2, 3)" }, code);
  }
  assertEquals(ansiSpans(`${ESC}4:3mx`)[0]?.className, "ansi-underline");
});

Deno.test("A8 what is no colour leaves no trace", () => {
  assertEquals(ansiSpans(`a${ESC}2Kb\x07c\rd`).map(({ text }) => text).join(""), "abcd");
  assertEquals(ansiSpans("tab\tstays\x08"), [{ text: "tab\tstays", className: "" }]);
});

Deno.test("A8 no text is lost and no control character is left, whatever comes", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary" }).map((text) => ({
      text: text.replaceAll("\x1b", ""),
      raw: text.replaceAll("\x1b", ""),
    })),
    fc.array(fc.nat(120), { maxLength: 4 }).map((codes) => ({ text: "", raw: `${ESC}${codes.join(";")}m` })),
  );
  fc.assert(fc.property(fc.array(part), (parts) => {
    const text = ansiSpans(parts.map(({ raw }) => raw).join("")).map(({ text }) => text).join("");
    // deno-lint-ignore no-control-regex
    assertEquals(text, parts.map(({ text }) => text).join("").replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ""));
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x08\x0a-\x1f\x7f]/.test(ansiSpans(text).map(({ text }) => text).join("")));
  }));
});

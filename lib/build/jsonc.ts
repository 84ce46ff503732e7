/** Reads JSON with comments and trailing commas, as `deno.jsonc` may have. */

// A string may look like a comment or a comma, and a comment like a string: so one pattern finds whichever comes first.
const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g;
const STRING_OR_TRAILING_COMMA = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[\]}])/g;

/** @throws SyntaxError */
export function parseJsonc(text: string): unknown {
  return JSON.parse(
    text.replace(/^\ufeff/, "")
      .replace(STRING_OR_COMMENT, (found) => found.startsWith('"') ? found : " ")
      .replace(STRING_OR_TRAILING_COMMA, (found) => found === "," ? "" : found),
  );
}

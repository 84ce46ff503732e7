/** Puts a tag into an HTML document while it streams by. */

export type Place =
  /** Insert at this index. */
  | { readonly found: number }
  /** Everything before `done` is behind us; what follows cannot be told yet. */
  | { readonly done: number };

/** Elements whose start tag may stand before the place: the tag goes inside `head`, if the document writes one. */
const PASSED = /^<(html|head)[\t\n\f\r />]/;
const WHITESPACE = ["\t", "\n", "\f", "\r", " "];
/** UTF-8's byte order mark, a character per byte. */
const BOM = "\u00ef\u00bb\u00bf";
/** With fewer characters than the longest, a beginning of one of these may still become it. */
const BEGINNINGS = ["<html>", "<head>", "<!--", BOM];
const LONGEST = 6;

/**
 * Where a tag goes that shall be the first thing in the head: right after `<head …>`, or before the first other tag or
 * text. Comments, the doctype and `<html …>` are passed: something before the doctype would change how the page is laid
 * out.
 * @param text the beginning of the document, or what follows something that was passed; a character per byte
 */
export function findPlace(text: string): Place {
  let at = 0;
  for (;;) {
    while (WHITESPACE.includes(text[at])) at++;
    const rest = text.slice(at, at + LONGEST).toLowerCase();
    if (rest.length < LONGEST && BEGINNINGS.some((beginning) => beginning.startsWith(rest))) {
      return { done: at };
    }
    let end: number;
    if (rest.startsWith(BOM)) end = at + BOM.length;
    else if (rest.startsWith("<!--")) end = after(text, "-->", at + 4);
    else if (rest.startsWith("<!") || rest.startsWith("<?")) end = after(text, ">", at + 2);
    else {
      const tag = PASSED.exec(rest);
      if (tag === null) return { found: at };
      end = tagEnd(text, at);
      if (end !== -1 && tag[1] === "head") return { found: end };
    }
    if (end === -1) return { done: at };
    at = end;
  }
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? -1 : at + mark.length;
}

/** A `>` between quotes does not end a tag. */
function tagEnd(text: string, from: number): number {
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === ">") return at + 1;
  }
  return -1;
}

/** Characters of one comment or tag that are waited for; then the document goes on without the tag. */
const PATIENCE = 16_384;
/** Bytes that are looked at in one go. */
const PIECE = 8192;

/**
 * A transform that puts `tag` (ASCII) into the document and holds back nothing but an unfinished tag or comment at its very
 * beginning. Works on bytes, for every encoding in which ASCII is ASCII.
 */
export function injectTag(tag: string): TransformStream<Uint8Array, Uint8Array> {
  let held = "";
  let settled = false;
  const give = (c: TransformStreamDefaultController<Uint8Array>, text: string) => {
    if (text !== "") c.enqueue(toBytes(text));
  };
  /** True when the bytes so far settle where the tag goes, or that it goes nowhere. */
  const settle = (c: TransformStreamDefaultController<Uint8Array>): boolean => {
    const place = findPlace(held);
    if ("found" in place) {
      give(c, held.slice(0, place.found) + tag + held.slice(place.found));
      return true;
    }
    give(c, held.slice(0, place.done));
    held = held.slice(place.done);
    if (held.length <= PATIENCE) return false;
    give(c, held);
    return true;
  };
  return new TransformStream({
    transform(chunk, controller) {
      let at = 0;
      while (!settled && at < chunk.length) {
        const piece = chunk.subarray(at, at + PIECE);
        at += piece.length;
        // One character per byte, so that nothing is lost on the way there and back.
        held += String.fromCharCode(...piece);
        settled = settle(controller);
      }
      // A copy: what comes from the app is lent, and may be taken back while this waits for its reader.
      if (at < chunk.length) controller.enqueue(chunk.slice(at));
    },
    flush(controller) {
      if (!settled) give(controller, held);
    },
  });
}

function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

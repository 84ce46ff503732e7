import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { injectTag } from "../../lib/proxy/inject.ts";

const TAG = "<script src=x></script>";

async function inject(document: string | Uint8Array, cuts: readonly number[] = []): Promise<string> {
  const bytes = typeof document === "string" ? new TextEncoder().encode(document) : document;
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const chunks = ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
  const stream = ReadableStream.from(chunks).pipeThrough(injectTag(TAG));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await new Response(stream).bytes());
}

/** `|` is where the tag is expected. */
const DOCUMENTS = [
  "<!DOCTYPE html><html><head>|<title>a</title></head><body>é</body></html>",
  "<!doctype html>\n<html lang=\"a>b\"><HEAD data-x='>'>|<meta charset=utf-8>",
  "<!-- <head> --><html><head>|",
  "<html>|<body>no head</body>",
  "<!doctype html>|<title>short</title>",
  "<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'><head/>|<p>",
  "\ufeff<!doctype html><head>|x",
  "|<header>no head either</header>",
  "|text first<head>",
  "|ïtext",
  "  \n\t|<p>hello",
  "<!-- -->|x",
];

Deno.test("A25 the tag is the first thing in the head, or stands before the first tag", async () => {
  for (const document of DOCUMENTS) {
    assertEquals(await inject(document.replace("|", "")), document.replace("|", TAG), document);
  }
});

Deno.test("A25 the place is the same however the document is cut into chunks", async () => {
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...DOCUMENTS),
    fc.array(fc.nat(200), { maxLength: 12 }),
    async (document, cuts) => {
      assertEquals(await inject(document.replace("|", ""), cuts), document.replace("|", TAG));
    },
  ));
});

Deno.test("A25 no byte of a document is lost or changed, whatever it is", async () => {
  const pieces = fc.constantFrom(
    "<",
    "!--",
    "-->",
    "html",
    "head",
    ">",
    " ",
    '"',
    "<!doctype html>",
    "é",
    "x",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(pieces), fc.array(fc.nat(100), { maxLength: 6 }), async (parts, cuts) => {
      const document = parts.join("");
      const injected = await inject(document, cuts);
      assertEquals(injected.replace(TAG, ""), document);
    }),
  );
});

Deno.test("A25 a document that never shows a place comes through whole and without the tag", async () => {
  const endless = `<!-- ${"x".repeat(200_000)}`;
  assertEquals(await inject(endless, [10, 50_000]), endless);
  assertEquals(await inject(""), "");
  assertEquals(await inject("<html"), "<html");
});

Deno.test("A25 nothing after the place waits for more of the document", async () => {
  const { readable, writable } = injectTag(TAG);
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  const first = read();
  writer.write(new TextEncoder().encode("<!doctype html><head><title>a"));
  assertEquals(await first, `<!doctype html><head>${TAG}<title>a`);
  const second = read();
  writer.write(new TextEncoder().encode("b"));
  assertEquals(await second, "b");
  await writer.close();
  assertEquals((await reader.read()).done, true);
});

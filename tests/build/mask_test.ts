import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { withoutColour } from "../../lib/build/colour.ts";
import { createLineReader, CUT_MARK } from "../../lib/build/lines.ts";
import { createMasker } from "../../lib/build/mask.ts";

const SENTINEL = "s3ntinel-0f-a-secret";

function mask(text: string, ...secrets: string[]): string {
  return createMasker(secrets).lines([{ text, cut: false }])[0];
}

const TABLE: [sentence: string, text: string, secrets: string[], shown: string][] = [
  ["a secret is masked wherever it stands", `${SENTINEL} and (${SENTINEL})`, [SENTINEL], "*** and (***)"],
  ["a line without a secret stays", "nothing \x1b[1mhere\x1b[0m", [SENTINEL], "nothing \x1b[1mhere\x1b[0m"],
  [
    "a secret in two colours is masked",
    "x=s3nti\x1b[31mnel-0f-a-\x1b[0msecret!",
    [SENTINEL],
    "x=***\x1b[31m\x1b[0m!",
  ],
  ["a secret within a colour is masked", `\x1b[32m${SENTINEL}\x1b[0m`, [SENTINEL], "\x1b[32m***\x1b[0m"],
  [
    "two secrets in different colours are masked",
    "abcd\x1b[1mefgh\x1b[0m",
    ["abcd", "efgh"],
    "***\x1b[1m\x1b[0m",
  ],
  ["overlapping secrets leave nothing between them", "xaXaXax", ["aXaXa", "aXa1"], "x***x"],
  ["a secret that overlaps itself leaves nothing", "abcabcabc", ["abcabc"], "***"],
  ["a longer secret wins over one that it contains", "abcdefgh", ["cdef", "abcdefgh"], "***"],
  ["digits of a colour are no secret", "\x1b[38;5;1234mx", ["1234"], "\x1b[38;5;1234mx"],
  ["values under four characters are left alone", "dev 123", ["dev", "123"], "dev 123"],
  [
    "each longer line of a secret is masked",
    "key: MIIEvQIBADAN",
    ["-----BEGIN\nMIIEvQIBADAN\nshort"],
    "key: ***",
  ],
  [
    "a short line of a secret is left alone",
    "a short day",
    ["-----BEGIN\r\nMIIEvQIBADAN\r\nshort"],
    "a short day",
  ],
  ["a line end after a secret does not protect it", "it is abcd1234", ["abcd1234\n"], "it is ***"],
  ["a secret in an address is masked", "https://x/?k=p%40ss%20word%2F1", ["p@ss word/1"], "https://x/?k=***"],
  ["a secret in JSON is masked", '{"k":"say \\"hello\\""}', ['say "hello"'], '{"k":"***"}'],
  ["a secret in base64 is masked", "Basic dXNlcjpwYXNzd29yZA==", ["user:password"], "Basic ***=="],
  ["empty secrets mask nothing", "text", ["", "    "], "text"],
];

for (const [sentence, text, secrets, shown] of TABLE) {
  Deno.test(`X8 ${sentence}`, () => assertEquals(mask(text, ...secrets), shown));
}

Deno.test("X8 a cut that goes through a secret shows no part of it", () => {
  const masker = createMasker([SENTINEL]);
  assertEquals(
    masker.lines([{ text: "x".repeat(10) + SENTINEL.slice(0, 12), cut: true }])[0],
    "xxxxxxxxxx***" + CUT_MARK,
  );
  assertEquals(masker.lines([{ text: "all of it", cut: true }])[0], "all of it" + CUT_MARK);
});

Deno.test("X8 property: no chunking and no colouring lets a planted secret through", () => {
  const secret = fc.string({ minLength: 4, maxLength: 20 }).filter((s) =>
    /^[!-~]+$/.test(s) && !/[*m[\]]/.test(s)
  );
  const noise = fc.constantFrom("x", " ", "\x1b[31m", "\x1b[0m", "\x1b[2K", "é", "\n", "\x1b]0;t\x07");
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 3 }),
      fc.array(fc.oneof(noise, fc.nat(2)), { maxLength: 30 }),
      fc.array(fc.nat(100), { maxLength: 10 }),
      fc.integer({ min: 8, max: 80 }),
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
      (secrets, parts, cuts, max, coloured) => {
        // Numbers stand for the secrets; some of their characters get a colour before them.
        const written = parts.map((part) =>
          typeof part === "string" ? part : [...secrets[part % secrets.length]]
            .map((character, i) => coloured[i] ? `\x1b[3${i % 8}m${character}` : character).join("")
        ).join("");
        const all = new TextEncoder().encode(written);
        const reader = createLineReader(max);
        const masker = createMasker(secrets);
        let begin = 0;
        const shown = [];
        for (
          const cut of [...cuts.map((cut) => Math.min(cut, all.length)), all.length].sort((a, b) => a - b)
        ) {
          shown.push(...masker.lines(reader.push(all.subarray(begin, cut))));
          begin = cut;
        }
        for (const line of [...shown, ...masker.lines(reader.end())].map(withoutColour)) {
          for (const secret of secrets) assert(!line.includes(secret), JSON.stringify({ line, secret }));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("X8 a text of several lines is masked in each of them", () => {
  assertEquals(createMasker([SENTINEL]).text(`one ${SENTINEL}\ntwo ${SENTINEL}`), "one ***\ntwo ***");
});

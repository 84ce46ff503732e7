import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Signal } from "@preact/signals";
import { App } from "fresh";
import { isValidElement } from "preact";
import { parseProps } from "../../compat/fresh/src/client/parse_props.ts";
import { asker, quietly } from "./support/ask.ts";
import { applyBuild, project } from "./support/project.ts";

const ISLANDS = {
  "islands/Show.js":
    `import { h } from "preact"; export default (props) => h("i", null, props.label); export const notOne = 1;`,
  "islands/boxes.js": `import { h } from "preact"; import Show from "./Show.js";
    export function Box({ children, side, open = true }) { return h("div", null, open ? children : null, side); }
    export function Nested() { return h("b", null, h(Show, { label: "inner" })); }`,
  "islands/my-island.js": "export default () => 'dashed';",
  "islands/other/Show.js": "export default () => 'other';",
  "islands/Show_test.js": "throw new Error('a test is not an island');",
  "routes/(_islands)/Beside.js": "export default () => 'beside';",
};

/** Draws one page whose body is the expression `body`, with the islands in scope. */
async function drawPage(body: string, mode: "production" | "development" = "production") {
  await using dir = await project({
    ...ISLANDS,
    "routes/index.js": `import { h } from "preact"; import { computed, signal } from "@preact/signals";
      import Show from "../islands/Show.js"; import { Box, Nested } from "../islands/boxes.js";
      import MyIsland from "../islands/my-island.js"; import Other from "../islands/other/Show.js";
      import Beside from "./(_islands)/Beside.js";
      const used = [computed, signal, Show, Box, Nested, MyIsland, Other, Beside];
      export default () => { const shared = signal(1); return h("main", null, ${body}); };`,
  });
  const response = await asker(await applyBuild(dir.root, new App().fsRoutes(), mode))("/");
  const html = await response.text();
  const main = /<main>(.*)<\/main>/s.exec(html)?.[1];
  const call = /boot\(\{ (.*?) \}, (".*")\);<\/script>/s.exec(html);
  const props = call
    ? parseProps(JSON.parse(call[2]), { components: {}, props: [], slots: new Map() })
    : null;
  return { response, html, main, names: call?.[1], props };
}

Deno.test("an island is enclosed by comments, and its page has the script and preload links", async () => {
  const { response, html, main, names, props } = await drawPage(`h(Show, { label: "hi", key: "a-->b" })`);
  assertEquals(main, "<!--frsh:island:Show:0:a--%3Eb--><i>hi</i><!--/frsh:island-->");
  assertEquals([names, props], ["Show", [{ label: "hi" }]]);
  assertMatch(
    html,
    /<script type="module" nonce="\w+">import \{ boot \} from "(\/_fresh\/js\/[0-9a-f]{40}\/)fresh-runtime\.js";import Show from "\1Show(_1)?\.js";boot/,
  );
  assert(html.endsWith("</script></body></html>"));
  assertMatch(
    response.headers.get("link")!,
    /^<\/_fresh\/js\/\w+\/fresh-runtime\.js>; rel="modulepreload"; as="script", <\/_fresh\/js\/\w+\/Show\w*\.js>; rel="modulepreload"; as="script"$/,
  );
});

Deno.test("names: of the file, of the export, made an identifier, made unique", async () => {
  const { names, html } = await drawPage(
    `h(Box), h(MyIsland), h(Other), h(Beside), h(Show, { label: "x" }), h(Box)`,
  );
  assertEquals(names, "Box, my_island, Show_1, Beside, Show");
  assertStringIncludes(html, "import { Box } from ");
});

Deno.test("without an island in use there is no script in production, and one in development", async () => {
  const production = await drawPage(`"text"`);
  assertEquals([production.html.includes("<script"), production.response.headers.get("link")], [false, null]);
  const development = await drawPage(`"text"`, "development");
  assertEquals([development.props, development.names], [[], ""]);
});

Deno.test("an island inside an island is an ordinary component", async () => {
  const { main, names } = await drawPage(`h(Nested)`);
  assertEquals([main, names], [
    "<!--frsh:island:Nested:0:--><b><i>inner</i></b><!--/frsh:island-->",
    "Nested",
  ]);
});

Deno.test("markup from the server is a slot, islands in it are islands of their own", async () => {
  const { main, props, names } = await drawPage(
    `h(Box, { side: h("em", null, "s") }, h("p", null, "c"), "text", h(Show, { label: "x" }))`,
  );
  assertEquals(
    main,
    "<!--frsh:island:Box:0:--><div>" +
      "<!--frsh:slot:1:children--><p>c</p><!--/frsh:slot-->text" +
      "<!--frsh:slot:2:children--><!--frsh:island:Show:1:--><i>x</i><!--/frsh:island--><!--/frsh:slot-->" +
      "<!--frsh:slot:0:side--><em>s</em><!--/frsh:slot--></div><!--/frsh:island-->",
  );
  assertEquals(names, "Box, Show");
  const { side, children } = props![0] as { side: unknown; children: unknown[] };
  assert(isValidElement(side) && isValidElement(children[0]));
  assertEquals(children[1], "text");
});

Deno.test("a slot that is not shown waits in a template", async () => {
  const { html } = await drawPage(`h(Box, { open: false }, h("p", null, "later"))`);
  assertStringIncludes(html, '</main><template id="frsh-0-children"><p>later</p></template><script');
});

Deno.test("all islands' props are one graph: what is shared stays shared", async () => {
  const { props } = await drawPage(
    `h(Show, { count: shared }), h(Show, { count: shared, other: signal(2) })`,
  );
  const [a, b] = props as { count: Signal<number>; other?: Signal<number> }[];
  assert(a.count instanceof Signal && a.count === b.count && a.count !== b.other);
  assertEquals([a.count.value, b.other!.value], [1, 2]);
});

Deno.test("a computed arrives with its value", async () => {
  const { props } = await drawPage(`h(Show, { twice: computed(() => shared.value * 2) })`);
  const { twice } = props![0] as { twice: Signal<number> };
  assertEquals([twice instanceof Signal, twice.value], [true, 2]);
});

Deno.test("a signal as a child is data, not markup", async () => {
  const { main, props } = await drawPage(`h(Box, null, shared)`);
  assertEquals(main, "<!--frsh:island:Box:0:--><div>1</div><!--/frsh:island-->");
  assert((props![0] as { children: unknown }).children instanceof Signal);
});

Deno.test("values that travel", async (t) => {
  const table: Record<string, unknown> = {
    "null": null,
    "undefined": undefined,
    "true": true,
    "NaN": NaN,
    "-Infinity": -Infinity,
    "-0": -0,
    "12n": 12n,
    [`"</script><!--\\u2028"`]: "</script><!--\u2028",
    "[1, , 3]": [1, , 3], // deno-lint-ignore no-sparse-arrays
    "({ a: { b: [] } })": { a: { b: [] } },
    "new Date(5)": new Date(5),
    'new URL("https://a.example/b")': new URL("https://a.example/b"),
    "/a.b/gi": /a.b/gi,
    "new Set([1, 2])": new Set([1, 2]),
    'new Map([["a", 1]])': new Map([["a", 1]]),
    "new Uint8Array([1, 2])": new Uint8Array([1, 2]),
    'Temporal.PlainDate.from("2026-01-02")': Temporal.PlainDate.from("2026-01-02"),
  };
  const entries = Object.entries(table);
  const { props, html } = await drawPage(`h(Show, { values: [${entries.map(([code]) => code).join(",")}] })`);
  const { values } = props![0] as { values: unknown[] };
  for (const [index, [code, expected]] of entries.entries()) {
    await t.step(
      code,
      () =>
        assertEquals(
          String(values[index]) + Deno.inspect(values[index]),
          String(expected) + Deno.inspect(expected),
        ),
    );
  }
  await t.step("and none ends the script", () => assertEquals(html.split("</script>").length, 2));
});

Deno.test("circles travel, functions do not", async () => {
  const { props } = await drawPage(`h(Show, (() => { const a = {}; a.self = a; return { a }; })())`);
  const { a } = props![0] as { a: { self: unknown } };
  assert(a === a.self);
  const { result, logged } = await quietly(() => drawPage(`h(Show, { run: () => 1 })`));
  assertEquals([result.response.status, logged.length], [500, 1]);
});

Deno.test("the base path is before the addresses of scripts", async () => {
  await using dir = await project({
    ...ISLANDS,
    "routes/index.js":
      `import { h } from "preact"; import Show from "../islands/Show.js"; export default () => h(Show);`,
  });
  const app = await applyBuild(dir.root, new App({ basePath: "/base" }).fsRoutes());
  assertStringIncludes(await (await asker(app)("/base")).text(), 'from "/base/_fresh/js/');
});

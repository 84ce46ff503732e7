import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { pageResponse, renderPage } from "../../lib/proxy/page.ts";
import { unknownPage, unreachablePage } from "../../lib/proxy/problem_page.ts";
import { wakePage } from "../../lib/proxy/wake_page.ts";
import { PreviewState } from "../../lib/protocol/states.ts";
import { DASHBOARD } from "./support.ts";

const facts = { name: "Shop", dashboardUrl: `${DASHBOARD}/apps/shop` };

Deno.test("X6 the wake page says in words what the app is doing, aloud too", () => {
  const sentences = {
    uninitialized: "nothing to show yet",
    idle: "Waking Shop",
    sleeping: "Waking Shop",
    building: "Building Shop",
    running: "Shop is awake",
    error: "could not be built or started",
  };
  for (const state of PreviewState.options) {
    const { body } = wakePage({ ...facts, state });
    const [, attributes, text] = /<h1 ([^>]*)>([^<]*)</.exec(body)!;
    assertStringIncludes(text, sentences[state]);
    assertMatch(attributes, /aria-live="polite"/);
    assertStringIncludes(body, `href="${facts.dashboardUrl}"`);
  }
});

Deno.test("X6 without scripts the wake page reloads itself, but does not start a failing build again and again", () => {
  for (const state of PreviewState.options) {
    const reloads = /<noscript><meta http-equiv="refresh"/.test(wakePage({ ...facts, state }).head!);
    assertEquals(reloads, state !== "error" && state !== "uninitialized", state);
  }
});

Deno.test("X16 an app's name cannot leave the text it stands in", () => {
  const name = `</script><script>alert(1)</script>"&'$&`;
  for (
    const page of [
      wakePage({ ...facts, name, state: "sleeping" }),
      unreachablePage(name, `${DASHBOARD}/"><b>`),
    ]
  ) {
    const html = renderPage(page, "n0nce");
    assertFalse(html.includes("<script>"));
    assertFalse(html.includes(`"><b>`));
    assertStringIncludes(html, "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;$&amp;");
    const script = /<script nonce="n0nce">([\s\S]*?)<\/script>/.exec(html)?.[1];
    if (page.script !== undefined) {
      // The whole script is there, and it is JavaScript.
      assertEquals(script, page.script);
      assertEquals(typeof new Function(page.script), "function");
      assert(page.script.includes(JSON.stringify(name).slice(1, -1).replaceAll("<", "\\u003c")));
    }
  }
});

Deno.test("X16 the pages load nothing from elsewhere and run only what carries this answer's nonce", async () => {
  const nonces = new Set<string>();
  for (
    const page of [
      wakePage({ ...facts, state: "idle" }),
      unreachablePage("Shop", DASHBOARD),
      unknownPage(DASHBOARD),
    ]
  ) {
    const answer = pageResponse(503, page, DASHBOARD);
    const policy = answer.headers.get("content-security-policy")!;
    const [, nonce] = /script-src 'nonce-([\w-]+)'/.exec(policy)!;
    nonces.add(nonce);
    assertStringIncludes(policy, "default-src 'none'");
    assertStringIncludes(policy, `frame-ancestors ${DASHBOARD}`);
    const html = await answer.text();
    for (const [tag] of html.matchAll(/<(?:script|style)[^>]*>/g)) {
      assertStringIncludes(tag, `nonce="${nonce}"`);
    }
    assertNotMatch(html, /\s(?:src|style|on\w+)=/);
    assertNotMatch(html, /<link|@import|url\(/);
  }
  assertEquals(nonces.size, 3);
});

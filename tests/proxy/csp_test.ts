import { assertEquals } from "@std/assert";
import { admitDashboard, allowsOwnScript } from "../../lib/proxy/csp.ts";

const PAGE = "https://shop.previews.example";
const DASHBOARD = "https://wakelight.example";

Deno.test("A25 the bridge goes only where the app's policy allows a script of its own origin", () => {
  const table: [policy: string | null, expected: boolean][] = [
    [null, true],
    ["", true],
    ["img-src 'none'", true],
    ["default-src 'self'", true],
    ["default-src 'none'", false],
    ["default-src 'none'; script-src 'self'", true],
    ["default-src 'self'; script-src 'none'", false],
    ["default-src 'self'; script-src", false],
    ["script-src 'self'; script-src-elem 'none'", false],
    ["script-src 'none'; script-src-elem 'self'", true],
    ["script-src 'nonce-abc'", false],
    ["script-src 'self' 'nonce-abc'", true],
    ["script-src 'self' 'nonce-abc' 'strict-dynamic'", false],
    ["script-src 'unsafe-inline'", false],
    ["script-src *", true],
    ["script-src https:", true],
    ["script-src http:", true],
    ["script-src data:", false],
    [`script-src ${PAGE}`, true],
    ["script-src shop.previews.example", true],
    ["script-src cdn.example", false],
    ["SCRIPT-SRC 'SELF'", true],
    // The first of two counts.
    ["script-src 'none'; script-src 'self'", false],
    // Of several policies each has its say.
    ["script-src 'self', script-src 'none'", false],
    ["sandbox allow-forms; script-src 'self'", false],
    ["sandbox allow-scripts; script-src 'self'", true],
  ];
  for (const [policy, expected] of table) {
    assertEquals(allowsOwnScript(policy, PAGE), expected, String(policy));
  }
});

Deno.test("A25 https: lets no script of a page over http in", () => {
  assertEquals(allowsOwnScript("script-src https:", "http://shop.localhost:8000"), false);
});

Deno.test("A23 the dashboard, and nobody else besides, may frame an app that forbids framing", () => {
  const CSP = "content-security-policy";
  const XFO = "x-frame-options";
  const table: [given: Record<string, string>, csp: string | null][] = [
    [{}, null],
    [{ [XFO]: "DENY" }, `frame-ancestors ${DASHBOARD}`],
    [{ [XFO]: "SameOrigin" }, `frame-ancestors 'self' ${DASHBOARD}`],
    [{ [XFO]: "ALLOWALL" }, null],
    [{ [CSP]: "default-src 'self'" }, "default-src 'self'"],
    [{ [CSP]: "frame-ancestors 'none'" }, `frame-ancestors ${DASHBOARD}`],
    [{ [CSP]: "frame-ancestors 'self' x.example" }, `frame-ancestors 'self' x.example ${DASHBOARD}`],
    [
      { [CSP]: "img-src *; frame-ancestors 'none'; script-src 'self'" },
      `img-src *; frame-ancestors ${DASHBOARD}; script-src 'self'`,
    ],
    [
      { [CSP]: "frame-ancestors 'self', frame-ancestors 'none'" },
      `frame-ancestors 'self' ${DASHBOARD}, frame-ancestors ${DASHBOARD}`,
    ],
    [{ [CSP]: "frame-ancestors 'self'", [XFO]: "DENY" }, `frame-ancestors 'self' ${DASHBOARD}`],
    [
      { [CSP]: "default-src 'self'", [XFO]: "DENY" },
      `default-src 'self', frame-ancestors ${DASHBOARD}`,
    ],
  ];
  for (const [given, csp] of table) {
    const headers = new Headers(given);
    admitDashboard(headers, DASHBOARD);
    assertEquals(headers.get(CSP)?.trim() ?? null, csp, JSON.stringify(given));
    assertEquals(headers.has(XFO), false);
  }
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { credentialOf, issueTicket, useTicket, verifyTicket } from "../../lib/auth/tickets.ts";
import type { AppId } from "../../lib/protocol/ids.ts";
import { ada, NOW, shop, storeOn, TICKET } from "./store.ts";

const SECRET = "a secret of more than thirty-two characters";
const refused = (detail: string) => ({ ok: false, code: "invalid_ticket", detail }) as const;
const check = { secret: SECRET, app: shop, now: NOW };
const seconds = Math.floor(NOW / 1000);
const credential = { via: "session", credential: "0123456789abcdef".repeat(4) } as const;
const request = { user: ada, app: shop, credential, now: NOW };

async function issue(now = NOW): Promise<string> {
  const issued = await issueTicket(SECRET, { ...request, now });
  assert(issued.ok);
  return issued.value.ticket;
}

/** Signed with our secret, but not by us. */
const forge = (claims: Record<string, unknown>, secret = SECRET, alg = "HS256") =>
  new SignJWT({ ...TICKET, ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

Deno.test("A3 a ticket is an HS256 JWT with the promised claims, and lives 300 seconds", async () => {
  const issued = await issueTicket(SECRET, { ...request, now: NOW + 999 });
  assert(issued.ok);
  assertEquals(decodeProtectedHeader(issued.value.ticket).alg, "HS256");
  const { jti, ...claims } = decodeJwt(issued.value.ticket);
  assertEquals(claims, {
    iss: "wakelight",
    aud: "events",
    sub: ada,
    app: shop,
    iat: seconds,
    exp: seconds + 300,
  });
  assert(typeof jti === "string" && jti.length >= 20);
  assertEquals(issued.value.expiresAt, NOW + 300_000);
  assert(decodeJwt(await issue()).jti !== jti);
});

Deno.test("X7 a ticket's id names what it was asked for with, and is another one each time", async () => {
  const verified = await verifyTicket(await issue(), check);
  assert(verified.ok);
  assertEquals(credentialOf(verified.value), credential);
  const token = { via: "token", credential: "f".repeat(64) } as const;
  const other = await issueTicket(SECRET, { ...request, credential: token });
  assert(other.ok);
  const again = await verifyTicket(other.value.ticket, check);
  assert(again.ok);
  assertEquals(credentialOf(again.value), token);
  assert(verified.value.jti.split(".")[0] !== again.value.jti.split(".")[0]);
});

Deno.test("A2 a ticket is good for its app until 300 seconds and the clocks' difference are over", async () => {
  const ticket = await issue();
  for (const after of [0, 1000, 300_000, 304_000]) {
    const verified = await verifyTicket(ticket, { ...check, now: NOW + after });
    assert(verified.ok, `after ${after} ms`);
    assertEquals([verified.value.sub, verified.value.app], [ada, shop]);
  }
  for (const after of [306_000, 400_000, 86_400_000]) {
    assertEquals(await verifyTicket(ticket, { ...check, now: NOW + after }), refused("expired"));
  }
  assert((await verifyTicket(ticket, { ...check, now: NOW - 4000 })).ok);
  assertEquals(await verifyTicket(ticket, { ...check, now: NOW - 60_000 }), refused("malformed"));
});

Deno.test("A2 a ticket for another app is told apart from a bad one", async () => {
  const other = { ...check, app: "other" as AppId };
  assertEquals(await verifyTicket(await issue(), other), { ok: false, code: "ticket_app_mismatch" });
  assertEquals(await verifyTicket(await issue(), { ...other, now: NOW + 400_000 }), refused("expired"));
});

Deno.test("A2 a ticket that another key signed has the wrong signature, expired or not", async () => {
  const foreign = await forge({}, "another secret of more than thirty-two characters");
  assertEquals(await verifyTicket(foreign, check), refused("wrong signature"));
  assertEquals(await verifyTicket(foreign, { ...check, now: NOW + 400_000 }), refused("wrong signature"));
});

Deno.test("A2 what is no JWT is malformed", async () => {
  const ticket = await issue();
  const [header, payload] = ticket.split(".");
  for (
    const text of [
      "",
      "x",
      "a.b.c",
      "wl_token",
      `${header}.${payload}`,
      `${ticket}.x`,
      "é.é.é",
      `${header}..`,
    ]
  ) {
    const result = await verifyTicket(text, check);
    assert(!result.ok && result.code === "invalid_ticket", text);
    assert(result.detail === "malformed" || text === `${header}..`, `${text}: ${result.detail}`);
  }
});

Deno.test("A3 algorithm confusion is refused: none, RS256 with anything, HS512 under our own secret", async () => {
  const claims = { app: shop, jti: `0123456789.token.${"0".repeat(64)}` };
  const none = new UnsecuredJWT(claims).setIssuer("wakelight").setAudience("events").setSubject(ada)
    .setIssuedAt(seconds).setExpirationTime(seconds + 300).encode();
  assertEquals(await verifyTicket(none, check), refused("malformed"));
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const rsa = await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).setIssuer("wakelight")
    .setAudience("events").setSubject(ada).setIssuedAt(seconds).setExpirationTime(seconds + 300).sign(
      privateKey,
    );
  assertEquals(await verifyTicket(rsa, check), refused("malformed"));
  assertEquals(
    await verifyTicket(rsa, { ...check, secret: await exportSPKI(publicKey) }),
    refused("malformed"),
  );
  assertEquals(
    await verifyTicket(await forge({}, SECRET.repeat(2), "HS512"), { ...check, secret: SECRET.repeat(2) }),
    refused("malformed"),
  );
});

Deno.test("A3 a token of ours for another purpose is no ticket", async () => {
  const wrong = [
    { aud: "api" },
    { iss: "elsewhere" },
    { app: "Not A Label" },
    { app: undefined },
    { sub: undefined },
    { sub: "" },
    { jti: undefined },
    { jti: "short" },
    { jti: "long enough, but of no session" },
    { jti: `0123456789.cookie.${"0".repeat(64)}` },
    { jti: `0123456789.session.${"0".repeat(63)}` },
    { jti: `0123456789.session.${"0".repeat(64)}.more` },
    { jti: `0123456789.session.${"G".repeat(64)}` },
    { jti: `${"0".repeat(60)}.session.${"0".repeat(64)}` },
    { exp: undefined },
    { iat: undefined },
    { iat: seconds + 3600, exp: seconds + 3900 },
  ];
  for (const claims of wrong) {
    assertEquals(
      await verifyTicket(await forge(claims), check),
      refused("malformed"),
      JSON.stringify(claims),
    );
  }
});

Deno.test("A3 a ticket cannot be given a longer life than 300 seconds", async () => {
  const long = await forge({ exp: seconds + 86_400 });
  assertEquals(await verifyTicket(long, { ...check, now: NOW + 310_000 }), refused("expired"));
});

/** The last letter of base64url has bits that mean nothing: two texts may be the same ticket. */
function sameBytes(a: string, b: string): boolean {
  const bytes = (text: string) =>
    text.split(".").map((part) => Uint8Array.fromBase64(part, { alphabet: "base64url" }).toHex()).join();
  try {
    return bytes(a) === bytes(b);
  } catch {
    return false;
  }
}

Deno.test("A3 no changed ticket is ever accepted", async () => {
  const ticket = await issue();
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  await fc.assert(
    fc.asyncProperty(
      fc.nat(ticket.length - 1),
      fc.constantFrom(...alphabet, ""),
      async (at, replacement) => {
        const changed = ticket.slice(0, at) + replacement + ticket.slice(at + 1);
        fc.pre(!sameBytes(changed, ticket));
        const result = await verifyTicket(changed, check);
        assert(!result.ok && result.code === "invalid_ticket", changed);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("X7 of two isolates that see one ticket at once, a single one takes it", async () => {
  const path = await Deno.makeTempFile({ prefix: "hauth-", suffix: ".sqlite" });
  try {
    using first = await Deno.openKv(path);
    using second = await Deno.openKv(path);
    const stores = [storeOn(first), storeOn(second)];
    for (let round = 0; round < 10; round++) {
      const claims = { jti: `ticket-${round}`, exp: seconds + 300 };
      const results = await Promise.all(
        Array.from({ length: 6 }, (_, i) => useTicket(stores[i % 2], claims, NOW)),
      );
      assertEquals(results.filter((result) => result.ok).length, 1);
    }
  } finally {
    for (const suffix of ["", "-shm", "-wal"]) await Deno.remove(path + suffix).catch(() => {});
  }
});

Deno.test("A2 a server without a secret says internal_error, and its log which variable is missing", async () => {
  const lines: string[] = [];
  const { error } = console;
  console.error = (line: string) => lines.push(line);
  try {
    const ticket = await issue();
    for (const secret of [undefined, ""]) {
      assertEquals(await verifyTicket(ticket, { ...check, secret }), { ok: false, code: "internal_error" });
      assertEquals(await issueTicket(secret, request), {
        ok: false,
        code: "internal_error",
      });
    }
  } finally {
    console.error = error;
  }
  assertEquals(lines.length, 4);
  for (const line of lines) assert(JSON.parse(line).error.includes("TICKET_SECRET"));
});

/** The short way to a ticket's claims against jose, which defines what a ticket is. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { jwtVerify, SignJWT } from "jose";
import { readOwnTicket, TICKET_HEADER } from "../../lib/auth/own_ticket.ts";
import { issueTicket } from "../../lib/auth/tickets.ts";
import { TicketClaims } from "../../lib/protocol/ticket.ts";
import { ada, NOW, shop, TICKET } from "./store.ts";

const SECRET = "a secret of more than thirty-two characters";
const SKEW = 5;
const seconds = Math.floor(NOW / 1000);
const credential = { via: "token", credential: "0123456789abcdef".repeat(4) } as const;

const encoder = new TextEncoder();
const key = await crypto.subtle.importKey(
  "raw",
  encoder.encode(SECRET),
  { name: "HMAC", hash: "SHA-256" },
  false,
  ["verify"],
);

/** What jose makes of it. */
async function byJose(ticket: string, now: number): Promise<TicketClaims | null> {
  try {
    const { payload } = await jwtVerify(ticket, key, {
      algorithms: ["HS256"],
      issuer: "wakelight",
      audience: "events",
      currentDate: new Date(now),
      clockTolerance: SKEW,
      maxTokenAge: 300,
    });
    return TicketClaims.safeParse(payload).data ?? null;
  } catch {
    return null;
  }
}

Deno.test("A3 every ticket that we make is read at once as long as it lives, and as jose reads it", async () => {
  const age = fc.integer({ min: -SKEW * 1000, max: (300 + SKEW) * 1000 - 1 });
  await fc.assert(fc.asyncProperty(age, async (age) => {
    const issued = await issueTicket(SECRET, { user: ada, app: shop, credential, now: NOW });
    assert(issued.ok);
    const read = readOwnTicket(issued.value.ticket, SECRET, NOW + age, SKEW);
    assert(read !== null, `after ${age} ms`);
    assertEquals(read, await byJose(issued.value.ticket, NOW + age));
  }));
});

Deno.test("A2 A3 what jose refuses is not read at once, however it was signed, and what is read jose reads alike", async () => {
  const time = fc.oneof(
    fc.integer({ min: seconds - 400, max: seconds + 400 }),
    fc.constantFrom("now", 1.5 + seconds, null, undefined),
  );
  const change = fc.oneof(
    fc.record({ iss: fc.constantFrom("elsewhere", undefined) }),
    fc.record({ aud: fc.constantFrom<unknown>(["events"], "api", undefined) }),
    fc.record({ sub: fc.constantFrom("bob", "", undefined) }),
    fc.record({ app: fc.constantFrom("other", "Not A Label", undefined) }),
    fc.record({ jti: fc.constantFrom("long enough", "short", undefined) }),
    fc.record({ iat: time }),
    fc.record({ exp: time }),
    fc.record({ nbf: fc.constantFrom(seconds + 100, seconds - 100) }),
    fc.record({ admin: fc.constant(true) }),
  );
  const changes = fc.array(change, { maxLength: 3 }).map((all) => Object.assign({}, ...all));
  const headers = fc.constantFrom(
    TICKET_HEADER,
    TICKET_HEADER,
    { alg: "HS256" },
    { ...TICKET_HEADER, kid: "1" },
  );
  const secrets = fc.constantFrom(SECRET, SECRET, SECRET, `${SECRET}.`);
  let read = 0;
  await fc.assert(
    fc.asyncProperty(changes, headers, secrets, async (changed, header, secret) => {
      const payload = JSON.parse(JSON.stringify({ ...TICKET, ...changed }));
      const ticket = await new SignJWT(payload).setProtectedHeader(header).sign(encoder.encode(secret));
      const own = readOwnTicket(ticket, SECRET, NOW, SKEW);
      if (own === null) return;
      read++;
      assertEquals(own, await byJose(ticket, NOW));
    }),
    { numRuns: 1_000 },
  );
  assert(read > 30, `${read} were read: the property said nothing`);
});

Deno.test("A3 S12 a ticket of which one letter was changed, left out or added is not read", async () => {
  const ticket = await new SignJWT(TICKET).setProtectedHeader(TICKET_HEADER).sign(encoder.encode(SECRET));
  assert(readOwnTicket(ticket, SECRET, NOW, SKEW) !== null);
  const letter = fc.constantFrom(
    ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= ",
    "",
    "\u0141",
  );
  fc.assert(
    fc.property(fc.nat(ticket.length), fc.nat(1), letter, (at, cut, letter) => {
      const changed = ticket.slice(0, at) + letter + ticket.slice(at + cut);
      fc.pre(changed !== ticket);
      assertEquals(readOwnTicket(changed, SECRET, NOW, SKEW), null, changed);
    }),
    { numRuns: 2_000 },
  );
});

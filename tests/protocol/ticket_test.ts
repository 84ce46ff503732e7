import { assertEquals } from "@std/assert";
import { offeredTicket, offerTicket, WS_PROTOCOL } from "../../lib/protocol/ticket.ts";

const headers: [header: string | null, ticket: string | null][] = [
  [null, null],
  ["", null],
  [WS_PROTOCOL, null],
  [offerTicket("a.b-c_d").join(", "), "a.b-c_d"],
  [offerTicket("a.b.c").join(","), "a.b.c"],
  [`wakelight.ticket.a.b.c,  ${WS_PROTOCOL}`, "a.b.c"],
  [`  wakelight.ticket.a.b.c  `, "a.b.c"],
  ["wakelight.ticket.first, wakelight.ticket.second", "first"],
  ["xwakelight.ticket.a", null],
  ["wakelight.ticket", null],
];

for (const [header, ticket] of headers) {
  Deno.test(`A4 the ticket offered by ${JSON.stringify(header)} is ${JSON.stringify(ticket)}`, () => {
    assertEquals(offeredTicket(header), ticket);
  });
}

Deno.test("A4 what is offered are legal subprotocols, ours first", () => {
  const [first, second] = offerTicket("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln-_");
  assertEquals(first, WS_PROTOCOL);
  // A token of RFC 9110: anything else makes `new WebSocket` throw.
  assertEquals(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(second), true);
});

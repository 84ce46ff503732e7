import { assertEquals } from "@std/assert";
import { apiTokenFrom, ticketFrom } from "../../lib/auth/bearer.ts";
import { offerTicket } from "../../lib/protocol/ticket.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
const API = `wl_${"a".repeat(43)}`;

const request = (headers: HeadersInit = {}, query = "") =>
  new Request(`http://localhost/api/apps/x/events${query}`, { headers });

Deno.test("A4 a ticket is taken from Authorization, from the subprotocols, or from the address", () => {
  assertEquals(ticketFrom(request({ authorization: `Bearer ${JWT}` })), JWT);
  assertEquals(ticketFrom(request({ authorization: `bearer   ${JWT}` })), JWT);
  assertEquals(ticketFrom(request({ "sec-websocket-protocol": offerTicket(JWT).join(", ") })), JWT);
  assertEquals(ticketFrom(request({}, `?after=1&ticket=${JWT}`)), JWT);
});

Deno.test("A4 of several tickets the one in Authorization counts, then the subprotocol's", () => {
  const offered = { "sec-websocket-protocol": "wakelight.v1, wakelight.ticket.second" };
  assertEquals(ticketFrom(request({ ...offered, authorization: "Bearer first" }, "?ticket=third")), "first");
  assertEquals(ticketFrom(request(offered, "?ticket=third")), "second");
});

Deno.test("A4 an API token in Authorization is no ticket, and a ticket is no API token", () => {
  const withToken = request({ authorization: `Bearer ${API}` });
  assertEquals(ticketFrom(withToken), null);
  assertEquals(apiTokenFrom(withToken), API);
  assertEquals(apiTokenFrom(request({ authorization: `Bearer ${JWT}` })), null);
  assertEquals(apiTokenFrom(request({}, `?ticket=${API}`)), null);
});

Deno.test("A2 where nothing was brought, nothing is found", () => {
  for (
    const req of [
      request(),
      request({}, "?ticket="),
      request({ authorization: "Basic YTpi" }),
      request({ authorization: "Bearer" }),
    ]
  ) {
    assertEquals(ticketFrom(req), null);
    assertEquals(apiTokenFrom(req), null);
  }
});

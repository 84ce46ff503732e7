import { assertEquals } from "@std/assert";
import { clientAddress } from "../../lib/http/address.ts";

const peer = { transport: "tcp", hostname: "10.0.0.1" };
const forwarded = (value?: string) => new Headers(value === undefined ? {} : { "x-forwarded-for": value });

Deno.test("the client's address is the connection's, whatever the client says", () => {
  for (const value of [undefined, "", "1.2.3.4", "1.2.3.4, 5.6.7.8"]) {
    assertEquals(clientAddress(forwarded(value), peer, false), "10.0.0.1");
  }
});

Deno.test("behind a proxy of ours it is what that proxy added: the last entry, not what the client made up before it", () => {
  const seen = (value?: string) => clientAddress(forwarded(value), peer, true);
  assertEquals(seen("1.2.3.4"), "1.2.3.4");
  assertEquals(seen("made up, 127.0.0.1 ,  5.6.7.8 "), "5.6.7.8");
  assertEquals(seen("1.2.3.4, 2001:db8::7"), "2001:db8::7");
  for (const nothing of [undefined, "", " ", "1.2.3.4,", "1.2.3.4, "]) {
    assertEquals(seen(nothing), "10.0.0.1");
  }
});

Deno.test("a peer on a Unix socket has no address", () => {
  assertEquals(clientAddress(forwarded(), { transport: "unix" }, false), undefined);
  assertEquals(clientAddress(forwarded("1.2.3.4"), { transport: "unix" }, true), "1.2.3.4");
});

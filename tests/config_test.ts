import { assertEquals, assertThrows } from "@std/assert";
import { readConfig } from "../lib/config.ts";

Deno.test("limits have defaults, and a number in the environment wins", () => {
  const plain = readConfig({});
  assertEquals(plain.streamLimits, { perUser: 50, perApp: 1_000, perAddress: 100 });
  assertEquals([plain.trustProxy, plain.logMaxBytes], [false, 16 * 1024 * 1024]);
  const set = readConfig({
    STREAMS_PER_USER: "5",
    STREAMS_PER_APP: "6",
    STREAMS_PER_ADDRESS: "7",
    LOG_MAX_BYTES: "100000",
  });
  assertEquals(set.streamLimits, { perUser: 5, perApp: 6, perAddress: 7 });
  assertEquals(set.logMaxBytes, 100_000);
});

Deno.test("a proxy is trusted where the operator says so in plain words, and nowhere else", () => {
  for (const yes of ["true", "1", "yes", "on"]) {
    assertEquals(readConfig({ TRUST_PROXY: yes }).trustProxy, true);
  }
  for (const no of [undefined, "", "false", "0", "no", "off"]) {
    assertEquals(readConfig({ TRUST_PROXY: no }).trustProxy, false);
  }
  assertThrows(() => readConfig({ TRUST_PROXY: "maybe" }), Error, "TRUST_PROXY");
});

Deno.test("a limit that would let nobody in is refused by name", () => {
  for (const name of ["STREAMS_PER_USER", "STREAMS_PER_APP", "STREAMS_PER_ADDRESS", "LOG_MAX_BYTES"]) {
    for (const value of ["0", "-1", "many", "1.5"]) {
      assertThrows(() => readConfig({ [name]: value }), Error, name);
    }
  }
});

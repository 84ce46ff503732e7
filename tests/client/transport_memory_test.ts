import { assertEquals } from "@std/assert";
import { tabMemory } from "../../lib/client/transport_memory.ts";

Deno.test("A21 the transport is remembered in the tab's session, and nonsense there is ignored", () => {
  sessionStorage.clear();
  assertEquals(tabMemory.load(), undefined);
  tabMemory.save("sse");
  assertEquals(tabMemory.load(), "sse");
  sessionStorage.setItem("wakelight.transport", "carrier-pigeon");
  assertEquals(tabMemory.load(), undefined);
  sessionStorage.clear();
});

Deno.test("A21 a browser that forbids storage is no obstacle", () => {
  const real = Object.getOwnPropertyDescriptor(globalThis, "sessionStorage")!;
  Object.defineProperty(globalThis, "sessionStorage", {
    configurable: true,
    get: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  try {
    tabMemory.save("json");
    assertEquals(tabMemory.load(), undefined);
  } finally {
    Object.defineProperty(globalThis, "sessionStorage", real);
  }
});

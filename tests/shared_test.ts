import { assertEquals, assertRejects } from "@std/assert";
import { shared } from "../lib/shared.ts";

Deno.test("whoever asks in one turn, or while a read is under way, shares the next read", async () => {
  const gates: PromiseWithResolvers<string>[] = [];
  const read = shared((name: string) => {
    const gate = Promise.withResolvers<string>();
    gates.push(gate);
    return gate.promise.then((value) => `${name} ${value}`);
  });
  const first = [read("a"), read("a")];
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(gates.length, 1);
  const second = [read("a"), read("a"), read("a")];
  await Promise.resolve();
  assertEquals(gates.length, 1, "one after the other");
  gates[0].resolve("1");
  assertEquals(await Promise.all(first), ["a 1", "a 1"]);
  while (gates.length < 2) await new Promise((resolve) => setTimeout(resolve));
  gates[1].resolve("2");
  assertEquals(await Promise.all(second), ["a 2", "a 2", "a 2"]);
  assertEquals(gates.length, 2);
});

Deno.test("a read that fails is told to those who shared it, and the next is made anew", async () => {
  let tries = 0;
  const read = shared(() => tries++ === 0 ? Promise.reject(new Error("away")) : Promise.resolve("there"));
  for (const one of [read("a"), read("a")]) await assertRejects(() => one, Error, "away");
  assertEquals(await read("a"), "there");
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { reservePort, whoAnswers } from "../../lib/sandbox/ports.ts";
import { temporaryFolder } from "./support.ts";

/** Reserves ports until one comes that was there before, or `count` are reserved. */
async function reserveMany(folder: string, count: number, now: () => number): Promise<number[]> {
  const ports: number[] = [];
  for (let i = 0; i < count; i++) ports.push((await reservePort(folder, now)).port);
  return ports;
}

/** Above the range that the server uses itself, so that no other test is in the way. */
const range = { first: 32_100, count: 5 };

Deno.test("A14 a port is not given twice within ten minutes of its last use", async () => {
  await using folder = await temporaryFolder();
  let time = 1_000_000_000_000;
  const now = () => time;
  const reserve = () => reservePort(folder.path, now, range);
  // With 100 attempts at 5 ports all that are free are found.
  const all = [];
  for (let i = 0; i < range.count; i++) all.push(await reserve());
  assertEquals(new Set(all.map(({ port }) => port)).size, range.count);
  await assertRejects(reserve, Error, "Cannot find a free port");
  time += 300_000;
  await all[2].release();
  time += 300_000;
  // Four were reserved ten minutes ago; one was in use until five minutes ago.
  for (let i = 0; i < range.count - 1; i++) assert((await reserve()).port !== all[2].port);
  await assertRejects(reserve);
  time += 299_999;
  await assertRejects(reserve);
  time += 1;
  assertEquals((await reserve()).port, all[2].port);
});

Deno.test("A14 drivers that share a folder never give the same port", async () => {
  await using folder = await temporaryFolder();
  const now = () => 1_000_000_000_000;
  const lists = await Promise.all([1, 2, 3, 4].map(() => reserveMany(folder.path, 50, now)));
  const ports = lists.flat();
  assertEquals(new Set(ports).size, ports.length);
});

Deno.test("A14 a port in use is not given, on IPv4 or IPv6", async () => {
  await using folder = await temporaryFolder();
  for (const hostname of ["127.0.0.1", "::1"]) {
    using listener = Deno.listen({ hostname, port: 0 });
    const taken = { first: listener.addr.port, count: 1 };
    await assertRejects(() => reservePort(folder.path, Date.now, taken));
    const accepted = listener.accept();
    assertEquals(await whoAnswers(taken.first), hostname === "::1" ? "[::1]" : "127.0.0.1");
    (await accepted).close();
  }
  assertEquals(await whoAnswers(1), null);
});

/** What a process holds in memory, as seen from within it. Linux with glibc. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes in use. RSS would add what V8 and the allocator keep for later, which is nobody's and varies by the run. */
export interface MemoryInUse {
  /** JavaScript objects. */
  readonly heap: number;
  /** What the C library has lent out: all that is below JavaScript, and the bytes of its buffers. */
  readonly native: number;
}

/** `mallinfo2` tells ten numbers, of which the fifth (lent out) and the eighth (lent out as mappings) are in use. */
const FIELDS = 10, LENT = 4, MAPPED = 7;

const struct = Array.from({ length: FIELDS }, () => "usize" as const);
let libc: Deno.DynamicLibrary<{ mallinfo2: { parameters: []; result: { struct: "usize"[] } } }> | undefined;

function lent(): number {
  libc ??= Deno.dlopen("libc.so.6", { mallinfo2: { parameters: [], result: { struct } } });
  const numbers = new BigUint64Array(libc.symbols.mallinfo2().slice().buffer);
  return Number(numbers[LENT] + numbers[MAPPED]);
}

setFlagsFromString("--expose-gc");
/** Only a context that is made after the flag was set has it. */
const collect: () => void = runInNewContext("gc");

/** Once the garbage is gone. */
export async function memoryInUse(): Promise<MemoryInUse> {
  // What one collection releases may hold on to more, until its finalizers have run in turns of their own.
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { heap: Deno.memoryUsage().heapUsed, native: lent() };
}

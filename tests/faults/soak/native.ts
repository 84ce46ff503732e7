/** What a process holds outside V8: sockets, timers, the store's caches, buffers. Known where its C library is glibc. */

const libc = open();

function open() {
  try {
    return Deno.dlopen("libc.so.6", {
      // Ten sizes, `struct mallinfo2`.
      mallinfo2: {
        parameters: [],
        result: { struct: Array.from({ length: 10 }, () => "usize" as const) },
      },
      malloc_trim: { parameters: ["usize"], result: "i32" },
    });
  } catch {
    return null;
  }
}

/** Bytes in use in this process, all threads together; what was freed is given back to the system. Null where unknown. */
export function nativeBytes(): number | null {
  if (libc === null) return null;
  libc.symbols.malloc_trim(0n);
  const sizes = new BigUint64Array(libc.symbols.mallinfo2().buffer);
  // What was mapped, and what of the arenas is in use.
  return Number(sizes[4] + sizes[7]);
}

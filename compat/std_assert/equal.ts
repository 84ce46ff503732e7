type Pairs = Map<object, Set<object>>;

/**
 * Deep equality by structure. `{ a: undefined }` is not `{}`, `0` is not `-0`, NaN is itself, classes must agree, and
 * dates, errors, URLs, patterns, sets, maps, buffers and typed arrays compare by what they hold. Cycles are fine.
 */
export function equal(a: unknown, b: unknown): boolean {
  return same(a, b, new Map());
}

function same(a: unknown, b: unknown, seen: Pairs): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (!sameClass(a, b)) return false;
  // A pair met again on its way down is being compared already; the rest decides.
  if (seen.get(a)?.has(b)) return true;
  seen.set(a, (seen.get(a) ?? new Set()).add(b));
  return sameValue(a, b) && sameContent(a, b, seen) && sameProperties(a, b, seen);
}

/** An object without a prototype counts as a plain one. */
function sameClass(a: object, b: object): boolean {
  const classOf = (value: object) => {
    const prototype = Object.getPrototypeOf(value);
    return prototype === null ? Object : prototype.constructor;
  };
  return classOf(a) === classOf(b);
}

function sameValue(a: object, b: object): boolean {
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof Error) return a.name === (b as Error).name && a.message === (b as Error).message;
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError("Cannot compare WeakMap or WeakSet instances");
  }
  if (a instanceof Number || a instanceof String || a instanceof Boolean) {
    return Object.is(a.valueOf(), b.valueOf());
  }
  return true;
}

function sameContent(a: object, b: object, seen: Pairs): boolean {
  if (a instanceof ArrayBuffer) return sameBytes(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  if (ArrayBuffer.isView(a)) return sameBytes(bytesOf(a), bytesOf(b as ArrayBufferView));
  if (a instanceof Set) return sameMembers([...a], [...b as Set<unknown>], seen);
  if (a instanceof Map) return sameMembers([...a], [...b as Map<unknown, unknown>], seen);
  return !Array.isArray(a) || a.length === (b as unknown[]).length;
}

/** In any order: each member needs a partner of its own. */
function sameMembers(a: unknown[], b: unknown[], seen: Pairs): boolean {
  if (a.length !== b.length) return false;
  const rest = [...b];
  return a.every((member) => {
    // Not `seen` itself: a failed attempt must not count as equal in the next one.
    const index = rest.findIndex((other) => same(member, other, copy(seen)));
    if (index >= 0) rest.splice(index, 1);
    return index >= 0;
  });
}

function sameProperties(a: object, b: object, seen: Pairs): boolean {
  if (ArrayBuffer.isView(a)) return true;
  const keys = keysOf(a);
  if (keys.length !== keysOf(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key), seen));
}

function keysOf(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value)
    .filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
  return [...Object.keys(value), ...symbols];
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function copy(pairs: Pairs): Pairs {
  return new Map([...pairs].map(([key, others]) => [key, new Set(others)]));
}

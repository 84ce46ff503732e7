import { AssertionError } from "./assertion_error.ts";
import { diff } from "./diff.ts";
import { equal } from "./equal.ts";

/** @throws {AssertionError} unless `actual` has all that `expected` has, at every depth; it may have more. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- any object, interfaces without an index signature included
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const part = restrict(actual, expected, new WeakSet());
  if (equal(part, expected)) return;
  throw new AssertionError(
    `Values are not equal${msg === undefined ? "." : `: ${msg}`}\n${diff(part, expected)}`,
  );
}

/** `actual` without what `expected` does not speak of. */
function restrict(actual: unknown, expected: unknown, seen: WeakSet<object>): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.map((item, index) => index in expected ? restrict(item, expected[index], seen) : item);
  }
  if (actual instanceof Map && expected instanceof Map) {
    return new Map(
      [...actual].filter(([key]) => expected.has(key))
        .map(([key, value]) => [key, restrict(value, expected.get(key), seen)]),
    );
  }
  if (actual instanceof Set && expected instanceof Set) {
    return new Set([...actual].filter((item) => [...expected].some((other) => equal(item, other))));
  }
  if (!isRecord(actual) || !isRecord(expected) || seen.has(actual)) return actual;
  seen.add(actual);
  // Expected's prototype: a class instance may be matched by a literal.
  const part: Record<PropertyKey, unknown> = Object.create(Object.getPrototypeOf(expected));
  for (const key of Reflect.ownKeys(expected)) {
    if (key in actual) part[key] = restrict(actual[key], expected[key], seen);
  }
  return part;
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Date || value instanceof RegExp || value instanceof Map || value instanceof Set ||
    ArrayBuffer.isView(value) || Array.isArray(value));
}

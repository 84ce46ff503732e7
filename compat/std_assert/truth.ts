import { AssertionError, failWith } from "./assertion_error.ts";

/** @throws {AssertionError} when `expr` is falsy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

// deno-lint-ignore no-explicit-any -- the falsy values have no type of their own
type Falsy = false | 0 | 0n | "" | null | undefined | any;

/** @throws {AssertionError} when `expr` is truthy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** @throws {AssertionError} when `actual` is null or undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    failWith(`Expected actual: "${actual}" to not be null or undefined.`, msg);
  }
}

export function fail(msg?: string): never {
  failWith("Failed assertion.", msg);
}

export function unreachable(msg?: string): never {
  failWith("Unreachable.", msg);
}

export function unimplemented(msg?: string): never {
  failWith("Unimplemented.", msg);
}

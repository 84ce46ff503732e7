import { AssertionError } from "./assertion_error.ts";
import { diff, format } from "./diff.ts";
import { equal } from "./equal.ts";

/** @throws {AssertionError} unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) {
    throw new AssertionError(`Values are not equal${suffix(msg)}\n${diff(actual, expected)}`);
  }
}

/** @throws {AssertionError} when both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) {
    throw new AssertionError(
      `Expected actual: ${format(actual)} not to be: ${format(expected)}${suffix(msg)}`,
    );
  }
}

/** @throws {AssertionError} unless both are the same value (`Object.is`). */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const alike = format(actual) === format(expected);
  const problem = alike
    ? "Values have the same structure but are not reference-equal"
    : "Values are not strictly equal";
  throw new AssertionError(`${problem}${suffix(msg)}\n${alike ? format(actual) : diff(actual, expected)}`);
}

/** @throws {AssertionError} when both are the same value. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) {
    throw new AssertionError(
      `Expected "actual" to not be strictly equal to: ${format(actual)}${suffix(msg)}`,
    );
  }
}

function suffix(msg?: string): string {
  return msg === undefined ? "." : `: ${msg}`;
}

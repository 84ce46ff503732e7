import { failWith } from "./assertion_error.ts";
import { format } from "./diff.ts";
import { equal } from "./equal.ts";

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) failWith(`Expected actual: "${actual}" to contain: "${expected}".`, msg);
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!matches(actual, expected)) failWith(`Expected actual: "${actual}" to match: "${expected}".`, msg);
}

export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (matches(actual, expected)) failWith(`Expected actual: "${actual}" to not match: "${expected}".`, msg);
}

export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, msg?: string): void {
  const missing = Array.from(expected).filter((item) =>
    !Array.from(actual).some((other) => equal(item, other))
  );
  if (missing.length === 0) return;
  failWith(
    `Expected actual: "${format(actual)}" to include: "${format(expected)}".\nmissing: ${format(missing)}`,
    msg,
  );
}

/** A global or sticky pattern goes on from where it stopped: each assertion starts anew. */
function matches(text: string, pattern: RegExp): boolean {
  return new RegExp(pattern).test(text);
}

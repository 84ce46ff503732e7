import { failWith } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any -- any class, abstract ones too
type AnyClass = abstract new (...args: any[]) => any;

export function assertInstanceOf<C extends AnyClass>(
  actual: unknown,
  expectedType: C,
  msg?: string,
): asserts actual is InstanceType<C> {
  if (actual instanceof expectedType) return;
  failWith(`Expected object to be an instance of "${expectedType.name}" but was ${nameOf(actual)}.`, msg);
}

export function assertNotInstanceOf<A, C extends AnyClass>(
  actual: A,
  unexpectedType: C,
  msg?: string,
): asserts actual is Exclude<A, InstanceType<C>> {
  if (actual instanceof unexpectedType) {
    failWith(`Expected object to not be an instance of "${unexpectedType.name}".`, msg);
  }
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return `"${value}"`;
  return typeof value === "object" ? `"${value.constructor?.name ?? "Object"}"` : `"${typeof value}"`;
}

import { failWith } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any -- any error class, abstract ones too
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** @throws {AssertionError} unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  first?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const own = typeof first === "string" ? first : msg;
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
    if (typeof first === "function") assertIsError(error, first, msgIncludes, own);
    return thrown;
  }
  failWith("Expected function to throw.", own);
}

/** @throws {AssertionError} unless `fn` returns a promise that rejects; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  first?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const own = typeof first === "string" ? first : msg;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    failWith("Function throws when expected to reject.", own);
  }
  try {
    await promise;
  } catch (error) {
    if (typeof first === "function") assertIsError(error, first, msgIncludes, own);
    return error;
  }
  failWith("Expected function to reject.", own);
}

/** @throws {AssertionError} unless `error` is an Error, of the class and with the words asked for. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) failWith(`Expected "error" to be an Error object.`, msg);
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    failWith(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}".`,
      msg,
    );
  }
  const fits = typeof msgMatches === "string"
    ? error.message.includes(msgMatches)
    : msgMatches?.test(error.message) ?? true;
  if (!fits) {
    failWith(
      `Expected error message to include ${JSON.stringify(String(msgMatches))}, but got ${
        JSON.stringify(error.message)
      }.`,
      msg,
    );
  }
}

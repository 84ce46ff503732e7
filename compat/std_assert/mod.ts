/**
 * `@std/assert`: the assertions in common use, with the signatures and results of 1.x.
 * It stands in while JSR cannot be reached.
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { assert, assertExists, assertFalse, fail, unimplemented, unreachable } from "./truth.ts";
export { equal } from "./equal.ts";
export { assertEquals, assertNotEquals, assertNotStrictEquals, assertStrictEquals } from "./equality.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./compare.ts";
export { assertArrayIncludes, assertMatch, assertNotMatch, assertStringIncludes } from "./contents.ts";
export { assertObjectMatch } from "./object_match.ts";
export { assertInstanceOf, assertNotInstanceOf } from "./instance.ts";
export { assertIsError, assertRejects, assertThrows } from "./throws.ts";

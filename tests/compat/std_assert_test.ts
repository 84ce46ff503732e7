import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotInstanceOf,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unreachable,
} from "@std/assert";

/** Not assertThrows: that one is under test here. */
function fails(run: () => unknown): AssertionError {
  try {
    run();
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  throw new Error("expected a failed assertion");
}

class Point {
  constructor(readonly x: number) {}
}
const circle = () => {
  const a: Record<string, unknown> = { name: "a" };
  a.self = a;
  return a;
};

Deno.test("equal", async (t) => {
  const table: [a: unknown, b: unknown, expected: boolean][] = [
    [1, 1, true],
    [1, "1", false],
    [NaN, NaN, true],
    [0, -0, false],
    [null, undefined, false],
    [{}, { a: undefined }, false],
    [{ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, true],
    [Object.create(null), {}, true],
    [new Point(1), new Point(1), true],
    [new Point(1), { x: 1 }, false],
    [[1, 2], [2, 1], false],
    [[1], { 0: 1 }, false],
    [[undefined], new Array(1), false],
    [new Date(1), new Date(1), true],
    [new Date(1), new Date(2), false],
    [new Date(NaN), new Date(NaN), true],
    [/a/g, /a/g, true],
    [/a/g, /a/i, false],
    [new URL("https://a.example"), new URL("https://a.example/"), true],
    [new URL("https://a.example"), new URL("https://b.example/"), false],
    [new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1]), true],
    [new Set([{ a: 1 }, { a: 1 }]), new Set([{ a: 1 }, { a: 2 }]), false],
    [new Map([[{ k: 1 }, [1]]]), new Map([[{ k: 1 }, [1]]]), true],
    [new Map([["a", 1]]), new Map([["a", 2]]), false],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
    [new Uint8Array([1]), new Int8Array([1]), false],
    [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer, false],
    [new Error("a"), new Error("a"), true],
    [new Error("a"), new Error("b"), false],
    [new Error("a"), new TypeError("a"), false],
    [{ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }, false],
    [circle(), circle(), true],
    [Object.assign([1], { extra: 1 }), [1], false],
  ];
  for (const [a, b, expected] of table) {
    await t.step(`${Deno.inspect(a)} and ${Deno.inspect(b)} → ${expected}`, () => {
      if (equal(a, b) !== expected || equal(b, a) !== expected) throw new Error("not so");
      (expected ? assertEquals : assertNotEquals)(a, b);
      fails(() => (expected ? assertNotEquals : assertEquals)(a, b));
    });
  }
});

Deno.test("a failed comparison shows the lines that differ, and the caller's words", () => {
  const { message, name } = fails(() => assertEquals({ a: 1, b: "same" }, { a: 2, b: "same" }, "records"));
  assertStrictEquals(name, "AssertionError");
  assertStringIncludes(message, "Values are not equal: records\n\n    [Diff] Actual / Expected\n");
  assertStringIncludes(
    message,
    `-     a: 1,\n+     a: 2,\n      b: "same",`,
  );
  const text = fails(() => assertEquals("one\ntwo", "one\nthree")).message;
  assertStringIncludes(text, "    one\n-   two\n+   three");
});

Deno.test("each assertion passes and fails", async (t) => {
  const object = {};
  const table: Record<string, [passes: () => unknown, fails: () => unknown, message: string]> = {
    assert: [() => assert(1), () => assert(0, "no"), "no"],
    assertFalse: [() => assertFalse(0), () => assertFalse(1, "yes"), "yes"],
    assertExists: [() => assertExists(0), () => assertExists(null), "null"],
    assertStrictEquals: [
      () => assertStrictEquals<unknown>(object, object),
      () => assertStrictEquals<unknown>(object, {}),
      "not reference-equal",
    ],
    assertNotStrictEquals: [
      () => assertNotStrictEquals(object, {}),
      () => assertNotStrictEquals(object, object),
      "strictly equal",
    ],
    assertMatch: [() => assertMatch("abc", /b/), () => assertMatch("abc", /x/), "to match"],
    assertNotMatch: [() => assertNotMatch("abc", /x/), () => assertNotMatch("abc", /b/), "to not match"],
    assertStringIncludes: [
      () => assertStringIncludes("abc", "b"),
      () => assertStringIncludes("abc", "x"),
      'to contain: "x"',
    ],
    assertArrayIncludes: [
      () => assertArrayIncludes([{ a: 1 }, 2], [{ a: 1 }]),
      () => assertArrayIncludes([1], [1, 2]),
      "missing",
    ],
    assertGreater: [() => assertGreater(2, 1), () => assertGreater(1, 1), "1 > 1"],
    assertGreaterOrEqual: [() => assertGreaterOrEqual(1, 1), () => assertGreaterOrEqual(0, 1), "0 >= 1"],
    assertLess: [() => assertLess(1, 2), () => assertLess(1, 1), "1 < 1"],
    assertLessOrEqual: [() => assertLessOrEqual(1, 1), () => assertLessOrEqual(2, 1), "2 <= 1"],
    assertAlmostEquals: [
      () => assertAlmostEquals(0.1 + 0.2, 0.3),
      () => assertAlmostEquals(1, 1.1),
      "close to",
    ],
    assertInstanceOf: [
      () => assertInstanceOf(new Point(1), Point),
      () => assertInstanceOf({}, Point),
      'instance of "Point"',
    ],
    assertNotInstanceOf: [
      () => assertNotInstanceOf({}, Point),
      () => assertNotInstanceOf(new Point(1), Point),
      'not be an instance of "Point"',
    ],
    assertObjectMatch: [
      () => assertObjectMatch({ a: 1, b: { c: [{ d: 1, e: 2 }], f: 3 } }, { b: { c: [{ d: 1 }] } }),
      () => assertObjectMatch({ a: { b: 1 } }, { a: { b: 2 } }),
      "-       b: 1",
    ],
    "assertObjectMatch, missing key": [
      () => assertObjectMatch(new Point(1), { x: 1 }),
      () => assertObjectMatch({}, { a: undefined }),
      "a: undefined",
    ],
    fail: [() => {}, () => fail("why"), "Failed assertion: why"],
    unreachable: [() => {}, () => unreachable(), "Unreachable."],
  };
  for (const [name, [passes, failing, message]] of Object.entries(table)) {
    await t.step(name, () => {
      passes();
      assertStringIncludes(fails(failing).message, message);
    });
  }
});

Deno.test("a global pattern is asked anew each time", () => {
  const pattern = /a/g;
  assertMatch("a", pattern);
  assertMatch("a", pattern);
});

Deno.test("assertThrows returns the error and looks at class and message", () => {
  const throwing = () => {
    throw new TypeError("bad input");
  };
  const error: TypeError = assertThrows(throwing, TypeError, "bad");
  assertEquals(error.message, "bad input");
  assertThrows(throwing);
  assertThrows(throwing, "own words");
  assertEquals(
    assertThrows(() => {
      throw "text";
    }),
    "text",
  );
  assertStringIncludes(fails(() => assertThrows(() => {})).message, "Expected function to throw.");
  assertStringIncludes(
    fails(() => assertThrows(throwing, RangeError)).message,
    'instance of "RangeError", but was "TypeError"',
  );
  assertStringIncludes(fails(() => assertThrows(throwing, TypeError, "good")).message, 'include "good"');
  assertStringIncludes(
    fails(() =>
      assertThrows(() => {
        throw "text";
      }, Error)
    ).message,
    "Error object",
  );
});

Deno.test("assertRejects resolves to the reason; a throw is no rejection", async () => {
  const rejecting = () => Promise.reject(new TypeError("bad input"));
  const error: TypeError = await assertRejects(rejecting, TypeError, "bad");
  assertEquals(error.message, "bad input");
  const message = async (run: () => Promise<unknown>) => (await assertRejects(run, AssertionError)).message;
  assertStringIncludes(
    await message(() => assertRejects(() => Promise.resolve())),
    "Expected function to reject.",
  );
  assertStringIncludes(await message(() => assertRejects(rejecting, RangeError)), "RangeError");
  assertStringIncludes(
    await message(() =>
      assertRejects(() => {
        throw new Error();
      })
    ),
    "throws when expected to reject",
  );
});

/** Header fields as HTTP/1.1 has them: a list, in which a name may stand more than once. */

/** The name in lower case; one character per byte in both. */
export type Field = readonly [name: string, value: string];

/** All values of a name, joined as RFC 9110, 5.3 has it, or null. */
export function valueOf(fields: readonly Field[], name: string): string | null {
  let joined: string | null = null;
  for (const [key, value] of fields) {
    if (key === name) joined = joined === null ? value : `${joined}, ${value}`;
  }
  return joined;
}

/** The members of a comma list in lower case, without the empty ones. */
export function listOf(value: string | null): string[] {
  if (value === null) return [];
  return value.toLowerCase().split(",").map((member) => member.trim()).filter((member) => member !== "");
}

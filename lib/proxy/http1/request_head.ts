/** The head of a request to an app: pure. */
import type { Field } from "./fields.ts";

/** What would end a line, or the head. The server in front lets none of it in; whoever changes that shall not open a door. */
const BREAKS_LINE = /[\0\r\n]/;
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TARGET = /^[\x21-\x7e]+$/;

/**
 * @param host the app's own name
 * @param target path and query, in ASCII
 * @param fields without `Host` and those that frame the body
 * @param length of the body in bytes; null where it goes out in chunks, undefined where there is none
 * @returns with its empty line, one character per byte
 * @throws where it would say something else than its parts
 */
export function requestHead(
  method: string,
  host: string,
  target: string,
  fields: readonly Field[],
  length?: number | null,
): string {
  if (!METHOD.test(method) || !TARGET.test(target)) throw new Error("Cannot send this method or target");
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const [name, value] of fields) {
    const line = `${name}: ${value}`;
    if (BREAKS_LINE.test(line)) throw new Error(`Cannot send the field ${name}`);
    head += `${line}\r\n`;
  }
  if (length === null) head += "transfer-encoding: chunked\r\n";
  else if (length !== undefined) head += `content-length: ${length}\r\n`;
  return head + "\r\n";
}

/** How the end of an answer is told (RFC 9112, 6.3): pure. What contradicts itself is refused, not guessed. */
import type { AnswerHead } from "./answer_head.ts";
import { listOf, valueOf } from "./fields.ts";

export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  /** By the end of the connection. */
  | { readonly kind: "close" };

const NONE: Framing = { kind: "none" };
const CHUNKED: Framing = { kind: "chunked" };
const CLOSE: Framing = { kind: "close" };

/**
 * | the answer has | framing |
 * |---|---|
 * | Transfer-Encoding beside Content-Length, or in HTTP/1.0, or other than `chunked` once | refused |
 * | Content-Length that is no number, or two that differ | refused |
 * | to HEAD, or with 204 or 304: no body, whatever it says | none |
 * | `Transfer-Encoding: chunked` | chunked |
 * | Content-Length | length |
 * | neither | close |
 *
 * @param method of the request
 * @returns null where it is refused
 */
export function framingOf(method: string, { minor, status, fields }: AnswerHead): Framing | null {
  const coding = valueOf(fields, "transfer-encoding");
  const told = valueOf(fields, "content-length");
  if (coding !== null && (told !== null || minor === 0 || coding.toLowerCase() !== "chunked")) return null;
  const length = told === null ? null : parseLength(told);
  if (told !== null && length === null) return null;
  if (method === "HEAD" || status === 204 || status === 304) return NONE;
  if (coding !== null) return CHUNKED;
  return length === null ? CLOSE : { kind: "length", length };
}

/** The same number more than once is one number; fifteen digits are exact. */
function parseLength(value: string): number | null {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  const [first, ...others] = value.split(",").map((member) => member.trim());
  return /^\d{1,15}$/.test(first) && others.every((other) => other === first) ? Number(first) : null;
}

/** True where another request may follow on the same connection. */
export function keepsAlive({ minor, fields }: AnswerHead): boolean {
  const options = listOf(valueOf(fields, "connection"));
  return !options.includes("close") && (minor === 1 || options.includes("keep-alive"));
}

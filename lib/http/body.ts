/** Request bodies, read up to a limit and no further. */
import type { z } from "zod";
import { granted, refuse, type Result } from "./problem.ts";

/** bytes */
export const BODY_LIMIT = 1024 * 1024;

/**
 * Reads the whole body, `limit` bytes at most.
 * A `Content-Length` over the limit is refused before a byte is read; a body that lies about its length, or tells none,
 * is counted while it comes and cut off.
 * @throws what the connection throws when the client goes away halfway
 */
export async function readBody(req: Request, limit = BODY_LIMIT): Promise<Result<Uint8Array<ArrayBuffer>>> {
  if (req.body === null) return granted(new Uint8Array(0));
  if (Number(req.headers.get("content-length") ?? 0) > limit) {
    await req.body.cancel();
    return refuse("body_too_large");
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream, so the rest of an endless body is never taken.
  for await (const chunk of req.body) {
    size += chunk.byteLength;
    if (size > limit) return refuse("body_too_large");
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return granted(body);
}

export interface JsonOptions {
  /** bytes, 1 MiB unless told */
  readonly limit?: number;
  /** What an empty body stands for; without it an empty body is no JSON. */
  readonly whenEmpty?: unknown;
}

/**
 * Reads a JSON body and checks its shape. Refuses with `body_too_large`, `invalid_json`, or `invalid_input` with a
 * detail that names the fields.
 */
export async function readJson<S extends z.ZodType>(
  req: Request,
  schema: S,
  options: JsonOptions = {},
): Promise<Result<z.output<S>>> {
  const body = await readBody(req, options.limit);
  if (!body.ok) return body;
  let json: unknown;
  if (body.value.byteLength === 0 && options.whenEmpty !== undefined) json = options.whenEmpty;
  else {
    try {
      json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body.value));
    } catch {
      return refuse("invalid_json");
    }
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? granted(parsed.data) : refuse("invalid_input", describeIssues(parsed.error));
}

const ISSUES_SHOWN = 8;
const DETAIL_LENGTH = 500;

/** `name: is too short; commands.start: …` for people; the values themselves are not repeated. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.slice(0, ISSUES_SHOWN)
    .map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`)
    .join("; ").slice(0, DETAIL_LENGTH);
}

/** From bytes to the payload that a provider's schema describes. */
import type { z } from "zod";
import { describeIssues } from "../http/body.ts";
import { granted, refuse, type Result } from "../http/problem.ts";

/** Refuses with `invalid_json`, or with `invalid_payload` and a detail that names the fields. */
export function parsePayload<S extends z.ZodType>(
  body: Uint8Array<ArrayBuffer>,
  schema: S,
): Result<z.output<S>> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return refuse("invalid_json");
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? granted(parsed.data) : refuse("invalid_payload", describeIssues(parsed.error));
}

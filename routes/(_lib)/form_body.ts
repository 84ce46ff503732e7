/** Forms as browsers send them. */
import { readBody } from "../../lib/http/body.ts";

/** bytes: the largest page form holds a few dozen environment variables */
const FORM_LIMIT = 256 * 1024;

/** The fields of a form; null for a body that is too large. Only the default encoding is read: no page sends files. */
export async function readForm(req: Request): Promise<URLSearchParams | null> {
  const body = await readBody(req, FORM_LIMIT);
  return body.ok ? new URLSearchParams(new TextDecoder().decode(body.value)) : null;
}

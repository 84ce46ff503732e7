/** An app's id from its name: a legal DNS label, because it becomes a subdomain (S10). */
import { AppId } from "../protocol/ids.ts";

const MAX_SLUG = 40;

/** @param suffix lower-case letters and digits, where the plain name is taken */
export function appIdFor(name: string, suffix = ""): AppId {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const begun = /^[a-z]/.test(plain) ? plain : `app-${plain}`;
  // `xn--` marks a name in another alphabet, which this is not.
  const slug = begun.replace(/^xn--/, "xn-").slice(0, MAX_SLUG).replace(/-+$/, "");
  return AppId.parse(suffix === "" ? slug : `${slug}-${suffix}`);
}

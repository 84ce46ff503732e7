/** Which host names are previews, and which preview a host name means (A18, S10). */
import { AppId } from "../protocol/ids.ts";

/**
 * What a `Host` header asks for. `refused` is a name below the preview domain that no app can have: it must not fall
 * through to the dashboard, or every made-up subdomain would serve it.
 */
export type HostKind =
  | { readonly kind: "preview"; readonly appId: AppId }
  | { readonly kind: "refused" }
  | { readonly kind: "other" };

const OTHER: HostKind = { kind: "other" };

/**
 * Reads the value of `Host`.
 * @param previewDomain host and perhaps port, `localhost:8000` or `previews.example`. Without a port any port fits.
 * @param publicUrl where the dashboard lives; its own host is never a preview, even if it lies below the preview domain
 */
export function createHostReader(
  previewDomain: string,
  publicUrl?: string,
): (host: string | null) => HostKind {
  const domain = split(previewDomain);
  const dashboard = publicUrl === undefined ? null : new URL(publicUrl).hostname;
  return (host) => {
    const asked = host === null ? null : split(host);
    if (asked === null || domain === null || !samePort(asked.port, domain.port)) return OTHER;
    if (!asked.name.endsWith(`.${domain.name}`) || asked.name === dashboard) return OTHER;
    const id = AppId.safeParse(asked.name.slice(0, -domain.name.length - 1));
    return id.success ? { kind: "preview", appId: id.data } : { kind: "refused" };
  };
}

/** The same for one of them. */
export const readHost = (host: string | null, previewDomain: string, publicUrl?: string): HostKind =>
  createHostReader(previewDomain, publicUrl)(host);

/** The app that this host name is the preview of, or null. */
export function parsePreviewHost(
  host: string | null,
  previewDomain: string,
  publicUrl?: string,
): AppId | null {
  const read = readHost(host, previewDomain, publicUrl);
  return read.kind === "preview" ? read.appId : null;
}

/** A preview as its visitors see it. */
export interface PreviewSite {
  /** `https://shop.previews.example` */
  readonly origin: string;
  /** `shop.previews.example`, without the port that the scheme has anyway. */
  readonly host: string;
  /** `https` */
  readonly scheme: string;
}

/** What all previews have in common is worked out once. */
export function createPreviewSites(
  config: { readonly publicUrl: string; readonly previewDomain: string },
): (appId: AppId) => PreviewSite {
  const { protocol } = new URL(config.publicUrl);
  const below = new URL(`${protocol}//app.${config.previewDomain}`).host.slice("app".length);
  return (appId) => ({
    origin: `${protocol}//${appId}.${config.previewDomain}`,
    host: appId + below,
    scheme: protocol.slice(0, -1),
  });
}

/** Where a preview is visited: `http(s)://<appId>.<previewDomain>`, with the dashboard's scheme and no slash at the end. */
export const previewUrl = (
  appId: AppId,
  config: { readonly publicUrl: string; readonly previewDomain: string },
): string => createPreviewSites(config)(appId).origin;

function split(host: string): { name: string; port: string | null } | null {
  // One dot at the end is the same name, written in full.
  const parts = /^([a-z0-9._-]+?)\.?(?::(\d{1,5}))?$/i.exec(host);
  return parts && { name: parts[1].toLowerCase(), port: parts[2] ?? null };
}

/** Browsers leave out the port that the scheme has anyway. */
function samePort(asked: string | null, expected: string | null): boolean {
  if (expected === null || asked === expected) return true;
  return asked === null && (expected === "80" || expected === "443");
}

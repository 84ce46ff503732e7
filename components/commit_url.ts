/** Where a commit can be read in a browser, for hosts whose addresses are known; null for all others. */

const HOSTS: Readonly<Record<string, string>> = {
  "github.com": "/commit/",
  "gitlab.com": "/-/commit/",
  "codeberg.org": "/commit/",
};

/** @param repository as the app holds it: https, ssh, `git@host:path`, or something local */
export function commitUrl(repository: string, commit: string): string | null {
  const match = /^(?:https:\/\/|ssh:\/\/)?(?:[\w.-]+@)?([\w.-]+)[/:](.+?)(?:\.git)?\/?$/.exec(repository);
  if (!match) return null;
  const [, host, path] = match;
  if (!Object.hasOwn(HOSTS, host)) return null;
  return `https://${host}/${path.split("/").map(encodeURIComponent).join("/")}${HOSTS[host]}${commit}`;
}

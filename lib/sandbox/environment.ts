/** The environment of what runs in a sandbox: a short list of what the server's may lend, and nothing else of it. */

/** Lent where the server has them. None of these holds a secret; everything else the server knows stays with it. */
const LENT = [
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  // Behind a company's proxy neither git nor npm reach anything without these.
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "GIT_SSL_CAINFO",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NO_PROXY",
  "no_proxy",
] as const;

/** Addresses, which may carry a password in front of the host: then they are not lent. */
const LENT_ADDRESSES = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "NPM_CONFIG_REGISTRY",
  "JSR_URL",
] as const;

export interface Places {
  /** Kept from build to build of one app, so that npm's cache is. */
  readonly home: string;
  /** Shared by all apps: Deno's caches are addressed by content. */
  readonly denoDir: string;
  /** The folder of the deno that runs the server; first on the PATH. */
  readonly denoFolder: string;
  /** git looks for a repository no further up than here. */
  readonly ceiling: string;
}

/** Pure: the server's environment and the places → all that a command sees besides its own variables. */
export function sandboxEnvironment(
  server: Readonly<Record<string, string>>,
  places: Places,
): Record<string, string> {
  const env: Record<string, string> = {
    PATH: `${places.denoFolder}:${server.PATH ?? "/usr/local/bin:/usr/bin:/bin"}`,
    HOME: places.home,
    LANG: "C.UTF-8",
    DENO_DIR: places.denoDir,
    DENO_NO_UPDATE_CHECK: "1",
    FORCE_COLOR: "1",
    GIT_CEILING_DIRECTORIES: places.ceiling,
    GIT_TERMINAL_PROMPT: "0",
  };
  for (const name of LENT) {
    if (server[name]) env[name] = server[name];
  }
  for (const name of LENT_ADDRESSES) {
    if (server[name] && !server[name].includes("@")) env[name] = server[name];
  }
  return env;
}

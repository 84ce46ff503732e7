/** What git is told, and what its complaints mean. Pure: `fetch.ts` and `branch.ts` run it. */

export interface GitCredentials {
  readonly username: string;
  readonly password: string;
}

export interface GitSource {
  /** The repository without a user in it, where it is an http address. */
  readonly address: string;
  /** For http addresses. Travels in the environment: arguments and addresses are for everybody to see. */
  readonly credentials: GitCredentials | null;
}

/** Takes the user out of an http address: hosts accept a token in that place, so people put one there. */
export function gitSource(repository: string, credentials: GitCredentials | null = null): GitSource {
  if (!/^https?:/i.test(repository) || !URL.canParse(repository)) {
    return { address: repository, credentials: null };
  }
  const url = new URL(repository);
  if (url.username === "" && url.password === "") return { address: repository, credentials };
  const found = { username: decode(url.username), password: decode(url.password) };
  url.username = "";
  url.password = "";
  return { address: url.href, credentials: credentials ?? found };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** All that may not be shown of the credentials. */
export function gitSecrets({ credentials }: GitSource): string[] {
  if (credentials === null) return [];
  const { username, password } = credentials;
  // A user's name beside a password is no secret; alone it is a token.
  return [password === "" ? username : password, basic(credentials)];
}

function basic({ username, password }: GitCredentials): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)));
}

/** Where git's settings are written, seen from the workspace. Within `.git` no commit can hold a file of that name. */
export const GIT_CONFIG_PATH = ".git/wakelight.config";

/**
 * A file, because git passes settings from the environment on to no other repository: that of a local path, which may
 * belong to somebody else, would be refused.
 */
export const GIT_CONFIG = `[safe]
\tdirectory = *
[protocol]
\tversion = 2
[core]
\thooksPath = /dev/null
[gc]
\tauto = 0
[maintenance]
\tauto = false
[init]
\tdefaultBranch = main
[advice]
\tdetachedHead = false
`;

/** The command that runs git with these settings: a workspace does not tell where it is, its shell knows. */
export function gitCommand(args: readonly string[], configPath: string = GIT_CONFIG_PATH): string[] {
  return ["sh", "-c", `GIT_CONFIG_GLOBAL="$PWD/${configPath}" exec git "$@"`, "git", ...args];
}

export function gitEnvironment({ address, credentials }: GitSource): Record<string, string> {
  return {
    // Complaints are read below, in English.
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "https:http:ssh:git:file",
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=15",
    GIT_HTTP_LOW_SPEED_LIMIT: "1000",
    GIT_HTTP_LOW_SPEED_TIME: "60",
    ...(credentials === null ? {} : {
      GIT_CONFIG_COUNT: "1",
      // For this host only: a redirect elsewhere does not carry it along.
      GIT_CONFIG_KEY_0: `http.${new URL(address).origin}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic(credentials)}`,
    }),
  };
}

export const initArgs = (): string[] => ["init", "--quiet", "."];

export const fetchCommitArgs = ({ address }: GitSource, commit: string): string[] => [
  "fetch",
  "--quiet",
  "--no-tags",
  "--depth=1",
  "--",
  address,
  commit,
];

/** With all its history, since the commit may lie anywhere in it. */
export const fetchBranchArgs = ({ address }: GitSource, branch: string): string[] => [
  "fetch",
  "--quiet",
  "--no-tags",
  "--",
  address,
  `+refs/heads/${branch}`,
];

export const hasCommitArgs = (commit: string): string[] => ["cat-file", "-e", `${commit}^{commit}`];

export const checkoutArgs = (commit: string): string[] => [
  "checkout",
  "--quiet",
  "--force",
  "--detach",
  commit,
];

/** `HEAD` tells the branch that the host calls its default. */
export const lsRemoteArgs = ({ address }: GitSource, branch: string | null): string[] => [
  "ls-remote",
  "--symref",
  "--",
  address,
  branch === null ? "HEAD" : `refs/heads/${branch}`,
];

/** A remote's answer to `lsRemoteArgs`, or null where it has no such branch. */
export function parseLsRemote(
  text: string,
  branch: string | null,
): { commit: string; branch: string } | null {
  let name = branch;
  const commits = new Map<string, string>();
  for (const line of text.split("\n")) {
    const symref = /^ref: refs\/heads\/(\S+)\tHEAD$/.exec(line);
    if (symref !== null && branch === null) name = symref[1];
    const ref = /^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$/.exec(line);
    if (ref !== null) commits.set(ref[2], ref[1]);
  }
  const commit = commits.get(branch === null ? "HEAD" : `refs/heads/${branch}`);
  return name === null || commit === undefined ? null : { commit, branch: name };
}

export type GitComplaint =
  | "commit_refused"
  | "branch_missing"
  | "repository_not_found"
  | "unreachable"
  | "other";

const COMPLAINTS: readonly (readonly [GitComplaint, RegExp])[] = [
  // The host has not got it, or does not hand out what no branch points to.
  [
    "commit_refused",
    /not our ref|unadvertised object|couldn't find remote ref [0-9a-f]{40}|no such remote ref/i,
  ],
  ["branch_missing", /couldn't find remote ref/i],
  [
    "unreachable",
    /could not resolve host|failed to connect|couldn't connect|timed out|connection (?:refused|reset)/i,
  ],
  [
    "repository_not_found",
    /not appear to be a git repository|repository .* not found|could not read (?:username|password)|authentication failed|permission denied|host key verification failed|returned error: 40[134]|not allowed|could not read from remote|does not exist/i,
  ],
];

/** What git's stderr comes down to. */
export function classifyComplaint(stderr: string): GitComplaint {
  return COMPLAINTS.find(([, pattern]) => pattern.test(stderr))?.[0] ?? "other";
}

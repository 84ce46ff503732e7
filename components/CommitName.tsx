import { commitUrl } from "./commit_url.ts";

/** The first seven digits of a commit, as a link where the Git host is known. */
export function CommitName({ repository, commit }: { repository: string; commit: string }) {
  const url = commitUrl(repository, commit);
  const digits = <code title={commit}>{commit.slice(0, 7)}</code>;
  return url ? <a href={url} rel="noreferrer">{digits}</a> : digits;
}

import type { DeployView } from "../lib/protocol/api.ts";
import { Badge } from "./Badge.tsx";
import { CommitName } from "./CommitName.tsx";
import { Time } from "./Time.tsx";
import { took } from "./time_words.ts";
import { DEPLOY_WORDS, TRIGGER_WORDS } from "./words.ts";

interface DeployListProps {
  deploys: readonly DeployView[];
  repository: string;
  now: number;
}

/** The app's last deploys, newest first. */
export function DeployList({ deploys, repository, now }: DeployListProps) {
  if (deploys.length === 0) return <p class="muted">Nothing has been built yet.</p>;
  return (
    <ol class="deploys">
      {deploys.map((deploy) => (
        <li key={deploy.id} class="deploy">
          <Badge word={DEPLOY_WORDS[deploy.status]} />
          <CommitName repository={repository} commit={deploy.commit} />
          <span class="muted">{TRIGGER_WORDS[deploy.trigger]}</span>
          <span class="muted deploy-time">
            <Time at={deploy.createdAt} now={now} />
            {deploy.endedAt && `, ${took(deploy.createdAt, deploy.endedAt)}`}
          </span>
          <a href={`/api/deploys/${deploy.id}/logs`} aria-label={`Log of ${deploy.commit.slice(0, 7)}`}>
            Log
          </a>
          {deploy.error && <p class="deploy-error">{firstLine(deploy.error)}</p>}
        </li>
      ))}
    </ol>
  );
}

/** The rest of the message is in the log. */
const firstLine = (message: string) => message.split("\n", 1)[0].slice(0, 300);

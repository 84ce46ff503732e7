import type { AppSummary } from "../lib/protocol/api.ts";
import { CommitName } from "./CommitName.tsx";
import { StateBadge } from "./StateBadge.tsx";
import { Time } from "./Time.tsx";

/** All previews of a user, one card each. */
export function AppList({ apps, now }: { apps: readonly AppSummary[]; now: number }) {
  return (
    <ul class="apps">
      {apps.map((app) => (
        <li key={app.id} class="card app">
          <div class="app-head">
            <h2 class="app-name">
              <a href={`/apps/${app.id}`}>{app.name}</a>
            </h2>
            <StateBadge state={app.status} pendingBuild={app.pendingBuild} />
          </div>
          <p class="app-source muted">{app.repository}</p>
          <p class="app-facts muted">
            <span>{app.branch}</span>
            {app.commit && <CommitName repository={app.repository} commit={app.commit} />}
            <Time at={app.updatedAt} now={now} />
          </p>
        </li>
      ))}
    </ul>
  );
}

import type { ComponentChildren } from "preact";
import type { StatusPayload } from "../lib/protocol/events.ts";
import { CommitName } from "./CommitName.tsx";
import { Icon } from "./Icon.tsx";
import { StateBadge } from "./StateBadge.tsx";

interface PreviewHeaderProps {
  name: string;
  repository: string;
  branch: string;
  status: StatusPayload;
  /** The connection's badge. */
  connection: ComponentChildren;
  /** The buttons. */
  actions: ComponentChildren;
}

/** Which preview this is, and how it is doing. */
export function PreviewHeader(props: PreviewHeaderProps) {
  const { name, repository, branch, status, connection, actions } = props;
  return (
    <header class="preview-head">
      <div class="preview-title">
        <h1>{name}</h1>
        <div class="preview-facts">
          <StateBadge state={status.state} pendingBuild={status.pendingBuild} />
          {connection}
          <span class="fact muted">
            <Icon name="branch" />
            {branch}
          </span>
          {status.commit && <CommitName repository={repository} commit={status.commit} />}
        </div>
      </div>
      {actions}
    </header>
  );
}

import { useEffect, useRef, useState } from "preact/hooks";
import type { DeployView } from "../lib/protocol/api.ts";
import type { StatusPayload } from "../lib/protocol/events.ts";
import { postBuild, postCancel, postSleep } from "../lib/client/actions.ts";
import { keepAwake } from "../lib/client/keep_awake.ts";
import { paneOf } from "../lib/client/pane.ts";
import { connectPreview, type PreviewStore } from "../lib/client/store.ts";
import { ActionBar } from "../components/ActionBar.tsx";
import { Notice } from "../components/Notice.tsx";
import { PaneMessage } from "../components/PaneMessage.tsx";
import type { Action } from "../components/preview_actions.ts";
import { PreviewHeader } from "../components/PreviewHeader.tsx";
import { STATE_WORDS } from "../components/words.ts";
import ConnectionStatus from "./ConnectionStatus.tsx";
import DeployHistory from "./DeployHistory.tsx";
import LogPanel from "./LogPanel.tsx";
import PreviewFrame from "./PreviewFrame.tsx";

export interface PreviewAppProps {
  appId: string;
  name: string;
  repository: string;
  branch: string;
  /** What the server knew when it drew the page. */
  status: StatusPayload;
  error: string | null;
  deploys: DeployView[];
  /** The server's time then, milliseconds since 1970. */
  now: number;
}

/** One preview: its state, the thing itself or what stands in its place, its log, and what can be done with it. */
export default function PreviewApp(props: PreviewAppProps) {
  const { appId, name, repository, branch } = props;
  const [store, setStore] = useState<PreviewStore | null>(null);
  const [busy, setBusy] = useState<Action | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  useEffect(() => {
    const made = connectPreview({ appId, initial: props.status });
    if (props.error !== null) made.error.value = { message: props.error };
    const target = () => {
      const status = made.status.peek();
      return status?.state === "running" ? status.previewUrl ?? null : null;
    };
    const rest = keepAwake({ target });
    setStore(made);
    return () => {
      rest();
      made.close();
    };
  }, [appId]);

  const status = store?.status.value ?? props.status;
  const pane = paneOf({
    status,
    error: store ? store.error.value : props.error === null ? null : { message: props.error },
    stopped: store?.stopped.value ?? null,
    resuming: store?.resuming.value ?? false,
    generating: false,
  });

  // A refusal speaks of the state that the preview was in.
  useEffect(() => setRefusal(null), [status.state]);

  // What the frame shows changes when a version goes live, not when the build of the next one begins.
  const shown = useRef("earlier");
  if (status.state === "running" && status.deployId) shown.current = status.deployId;

  const act = async (action: Action) => {
    if (!store || busy) return;
    setRefusal(null);
    if (action === "wake") return await store.resume();
    setBusy(action);
    const result = await send(action, appId);
    setBusy(null);
    if (!result.ok) setRefusal(result.message);
  };

  return (
    <div class="preview">
      <PreviewHeader
        name={name}
        repository={repository}
        branch={branch}
        status={status}
        connection={store && <ConnectionStatus view={store.connection.value} onRetry={store.retry} />}
        actions={<ActionBar appId={appId} state={status.state} busy={busy} onAction={act} />}
      />
      <span class="visually-hidden" role="status">Preview: {STATE_WORDS[status.state].text}</span>
      {refusal !== null && <Notice tone="bad">{refusal}</Notice>}
      <div class="preview-body">
        <div class="pane" data-pane={pane.name}>
          {pane.name === "running"
            ? <PreviewFrame key={shown.current} name={name} url={pane.url} />
            : (
              <PaneMessage
                pane={pane}
                pendingBuild={status.pendingBuild}
                servedAt={status.previewUrl}
                onResume={() => act("wake")}
                onBuild={() => act("build")}
              />
            )}
        </div>
        <LogPanel rows={store?.log ?? null} />
      </div>
      <DeployHistory
        appId={appId}
        repository={repository}
        initial={props.deploys}
        now={props.now}
        stamp={`${status.deployId} ${status.state}`}
      />
    </div>
  );
}

function send(action: Exclude<Action, "wake">, appId: string) {
  switch (action) {
    case "build":
      return postBuild(appId);
    case "sleep":
      return postSleep(appId);
    case "cancel":
      return postCancel(appId);
  }
}

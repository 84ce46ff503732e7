import { Icon, type IconName } from "./Icon.tsx";

interface FrameBarProps {
  path: string;
  url: string;
  copied: boolean;
  fullscreen: boolean;
  onHome: () => void;
  onGo: (typed: string) => void;
  onCopy: () => void;
  onRefresh: () => void;
  onFullscreen: () => void;
}

/** The browser's bar of the framed preview (A23). */
export function FrameBar(props: FrameBarProps) {
  const { path, url, copied, fullscreen } = props;
  return (
    <div class="frame-bar" role="toolbar" aria-label="Preview">
      <Tool icon="home" label="Home" onClick={props.onHome} />
      <Tool icon="refresh" label="Refresh" onClick={props.onRefresh} />
      <form
        class="frame-address"
        onSubmit={(event) => {
          event.preventDefault();
          props.onGo(String(new FormData(event.currentTarget).get("path") ?? ""));
        }}
      >
        <input
          key={path}
          class="input input-code"
          name="path"
          aria-label="Path in the preview"
          defaultValue={path}
          spellcheck={false}
          autocomplete="off"
        />
      </form>
      <Tool
        icon={copied ? "check" : "copy"}
        label={copied ? "Copied" : "Copy address"}
        onClick={props.onCopy}
      />
      <a
        class="button button-icon"
        href={url}
        target="_blank"
        rel="noopener"
        title="Open in a new tab"
        aria-label="Open in a new tab"
      >
        <Icon name="external" />
      </a>
      <Tool
        icon={fullscreen ? "shrink" : "expand"}
        label={fullscreen ? "Leave full screen" : "Full screen"}
        onClick={props.onFullscreen}
      />
      <span class="visually-hidden" role="status">{copied ? "Address copied" : ""}</span>
    </div>
  );
}

function Tool({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="button button-icon" title={label} aria-label={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

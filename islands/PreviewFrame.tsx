import { useEffect, useRef, useState } from "preact/hooks";
import { goTo, navigatedPath, typedPath } from "../components/frame_path.ts";
import { FrameBar } from "../components/FrameBar.tsx";

/**
 * `allow-same-origin` gives the app its own origin, which is never ours; without it, storage and hot reload would fail.
 * What is missing matters: no `allow-top-navigation`, so a hostile preview cannot replace this page (X16).
 */
const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads allow-modals";

interface PreviewFrameProps {
  name: string;
  /** The preview's root. */
  url: string;
}

/** Milliseconds in which a page that has the bridge will have gone where it was told. */
const BRIDGE_PATIENCE = 1000;

/** Where the frame was sent by us; `turn` changes with every order, so that the same path loads again. */
interface Order {
  readonly path: string;
  readonly turn: number;
}

/** The running preview, with the bar of a small browser. */
export default function PreviewFrame({ name, url }: PreviewFrameProps) {
  const { origin } = new URL(url);
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const bridged = useRef(false);
  const patience = useRef<ReturnType<typeof setTimeout>>();
  // Null on the server: a frame that loads before this code runs would never be seen to have loaded.
  const [order, setOrder] = useState<Order | null>(null);
  const [path, setPath] = useState("/");
  const [loaded, setLoaded] = useState(false);
  const [copied, setCopied] = useState(false);
  const [fullscreen, setFullscreen] = useState(false);

  useEffect(() => setOrder({ path: "/", turn: 0 }), []);

  useEffect(() => {
    const hear = (event: MessageEvent) => {
      if (event.origin !== origin || event.source !== frame.current?.contentWindow) return;
      const navigated = navigatedPath(event.data);
      if (navigated === null) return;
      clearTimeout(patience.current);
      bridged.current = true;
      setPath(navigated);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, [origin]);

  useEffect(() => {
    const look = () => setFullscreen(document.fullscreenElement === box.current);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);

  useEffect(() => {
    if (!copied) return;
    const forget = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(forget);
  }, [copied]);

  const load = (to: string) => {
    clearTimeout(patience.current);
    bridged.current = false;
    setLoaded(false);
    setPath(to);
    setOrder((last) => ({ path: to, turn: (last?.turn ?? 0) + 1 }));
  };
  // Through the bridge the app keeps its history. But the page there now may have none (an image, or a policy of its
  // own), and no event tells: an order that is not answered is given again by loading.
  const go = (to: string) => {
    if (!bridged.current) return load(to);
    frame.current?.contentWindow?.postMessage(goTo(to), origin);
    clearTimeout(patience.current);
    patience.current = setTimeout(() => load(to), BRIDGE_PATIENCE);
  };
  useEffect(() => () => clearTimeout(patience.current), []);

  return (
    <div class="frame" ref={box}>
      <FrameBar
        path={path}
        url={origin + path}
        copied={copied}
        fullscreen={fullscreen}
        onHome={() => go("/")}
        onGo={(typed) => {
          const to = typedPath(typed, origin);
          if (to !== null) go(to);
        }}
        // Browsers offer the clipboard on safe origins only; elsewhere the address can be copied from the new tab.
        onCopy={() => navigator.clipboard?.writeText(origin + path).then(() => setCopied(true), () => {})}
        onRefresh={() => load(path)}
        onFullscreen={() => {
          const change = fullscreen ? document.exitFullscreen() : box.current?.requestFullscreen();
          change?.catch(() => {});
        }}
      />
      <div class="frame-view">
        {order && (
          <iframe
            key={order.turn}
            ref={frame}
            src={origin + order.path}
            title={`Preview of ${name}`}
            sandbox={SANDBOX}
            allow="fullscreen; clipboard-write"
            referrerpolicy="no-referrer"
            onLoad={() => setLoaded(true)}
          />
        )}
        {!loaded && (
          <div class="frame-cover" role="status">
            <span class="spinner" />
            Loading the preview
          </div>
        )}
      </div>
    </div>
  );
}

/** Brings what happens to apps to all who watch them through this isolate. */
import type { AppId } from "../protocol/ids.ts";
import type { Position } from "../protocol/cursor.ts";
import type { LogUrl } from "./advance.ts";
import { Feed, type News } from "./feed.ts";
import type { History } from "./history.ts";
import { type Farewell, type Sink, Viewer } from "./viewer.ts";

/** To every *other* isolate, as fast as it can, with no promise that it arrives. */
export interface Accelerator {
  send(appId: AppId, news: News): void;
  onNews(callback: (appId: AppId, news: News) => void): void;
  close(): void;
}

export interface HubOptions {
  readonly history: History;
  readonly accelerator: Accelerator | null;
  readonly previewUrl: (appId: AppId) => string;
  readonly logUrl: (appId: AppId) => LogUrl;
  /** Tells the world that somebody looks; resolves to a function that takes it back. */
  readonly join: (appId: AppId) => Promise<() => void>;
  /** Milliseconds between two signs of life on a quiet stream; 25 s at most (A11). */
  readonly keepAliveEvery?: number;
  /** Milliseconds after which a stream is asked to resume (A11). */
  readonly maxAge?: number;
}

export interface Hub {
  /**
   * Streams the app's events into the sink: from `cursor`, or beginning with things as they are.
   * @returns a function to be called when the client has gone, and the viewer's place; null for an unknown app
   */
  join(appId: AppId, cursor: Position | null, sink: Sink): Promise<Joined | null>;
  /** Takes in what this isolate has committed. */
  announce(appId: AppId, news: News): void;
  /** Ends all streams of an app that is gone. */
  end(appId: AppId): void;
  /** Asks all streams to come back, spread over `spreadMs`. */
  drain(spreadMs: number): void;
  /** Open streams, for people who operate this. */
  readonly viewers: number;
  close(): void;
}

export interface Joined {
  leave(): void;
  /** What the viewer has got; `caughtUp` where there is no more. */
  readonly viewer: Pick<Viewer, "position" | "caughtUp">;
  /** Resolves when the viewer follows live, or is closed. */
  readonly replayed: Promise<void>;
}

interface Room {
  readonly feed: Feed;
  readonly viewers: Set<Viewer>;
  joining: number;
}

export function createHub(options: HubOptions): Hub {
  const { history, accelerator, keepAliveEvery = 20_000, maxAge = 10 * 60_000 } = options;
  const rooms = new Map<AppId, Room>();
  const keepAlive = setInterval(() => {
    for (const { viewers } of rooms.values()) for (const { sink } of viewers) sink.keepAlive();
  }, keepAliveEvery);
  accelerator?.onNews((appId, news) => rooms.get(appId)?.feed.offer(news));

  function enter(appId: AppId): Room {
    let room = rooms.get(appId);
    if (!room) {
      const viewers = new Set<Viewer>();
      const feed = new Feed({
        appId,
        history,
        previewUrl: options.previewUrl(appId),
        logUrl: options.logUrl(appId),
        onFlush: () => {
          for (const viewer of viewers) viewer.pump();
        },
        onGone: () => queueMicrotask(() => end(appId)),
      });
      rooms.set(appId, room = { feed, viewers, joining: 0 });
    }
    room.joining++;
    return room;
  }

  function tidy(appId: AppId, room: Room): void {
    if (room.viewers.size > 0 || room.joining > 0) return;
    room.feed.close();
    if (rooms.get(appId) === room) rooms.delete(appId);
  }

  function end(appId: AppId): void {
    for (const viewer of rooms.get(appId)?.viewers ?? []) viewer.close({ type: "gone" });
  }

  return {
    async join(appId, cursor, sink) {
      const release = await options.join(appId);
      const room = enter(appId);
      let viewer: Viewer | null = null;
      let left = false;
      // Spread, so that viewers who came together do not come back together.
      const stay = maxAge * (0.9 + Math.random() * 0.1);
      const age = setTimeout(() => viewer?.close({ type: "reconnect", reason: "age", afterMs: 0 }), stay);
      const leave = () => {
        if (left) return;
        left = true;
        clearTimeout(age);
        viewer?.end();
        if (viewer) room.viewers.delete(viewer);
        release();
        tidy(appId, room);
      };
      try {
        const { previewUrl, logUrl } = options;
        viewer = await Viewer.join(
          { sink, feed: room.feed, history, appId, previewUrl: previewUrl(appId), logUrl: logUrl(appId) },
          cursor,
        );
      } finally {
        room.joining--;
        if (viewer === null) leave();
      }
      if (viewer === null) return null;
      room.viewers.add(viewer);
      const replayed = viewer.catchUp();
      return { leave, viewer, replayed };
    },

    announce(appId, news) {
      rooms.get(appId)?.feed.offer(news);
      accelerator?.send(appId, news);
    },

    end,

    drain(spreadMs) {
      for (const { viewers } of rooms.values()) {
        for (const viewer of viewers) {
          viewer.close({
            type: "reconnect",
            reason: "restart",
            afterMs: Math.round(500 + Math.random() * spreadMs),
          });
        }
      }
    },

    get viewers() {
      let count = 0;
      for (const { viewers } of rooms.values()) count += viewers.size;
      return count;
    },

    close() {
      clearInterval(keepAlive);
      accelerator?.close();
      for (const { feed } of rooms.values()) feed.close();
    },
  };
}

/** Brings what happens to apps to all who watch them through this isolate. */
import type { AppId } from "../protocol/ids.ts";
import { nextTurn } from "../next_turn.ts";
import type { Position } from "../protocol/cursor.ts";
import type { LogUrl } from "./advance.ts";
import { Feed, type News } from "./feed.ts";
import type { History } from "./history.ts";
import { type Sink, type Source, Viewer } from "./viewer.ts";

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
  readonly logUrl: LogUrl;
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
  /** Asks all streams to come back, spread over `spreadMs`, and from then on whoever comes. */
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

class Place implements Joined {
  constructor(
    private readonly leaveRoom: (room: Room, viewer: Viewer) => void,
    private readonly room: Room,
    readonly viewer: Viewer,
    readonly replayed: Promise<void>,
  ) {}

  leave(): void {
    this.leaveRoom(this.room, this.viewer);
  }
}

interface Room {
  readonly appId: AppId;
  readonly feed: Feed;
  /** What its viewers draw from. */
  readonly source: Source;
  /** True once its app is gone: whoever is just joining has to be told. */
  gone: boolean;
  readonly viewers: Map<Viewer, Seat>;
  joining: number;
  /** When its viewers were last told something, by `performance.now`. */
  toldAt: number;
  /** Viewers are being handed what is new; `again`: more came meanwhile. */
  delivering: boolean;
  again: boolean;
}

/** What is kept for a viewer besides himself: no closure and no timer, since there are thousands. */
interface Seat {
  /** Milliseconds of `performance.now` when it is asked to resume. */
  readonly until: number;
  /** Takes back that somebody looks. */
  readonly release: () => void;
}

/** Of the time that a stream may be open: how often it is looked whose is over. */
const AGE_STEPS = 40;
/** Of the time between two signs of life: how often it is looked who has been told nothing for as long. */
const QUIET_STEPS = 4;
/** Viewers that are served in one turn of the event loop: about a millisecond's work. */
const VIEWERS_PER_TURN = 64;

export function createHub(options: HubOptions): Hub {
  const { history, accelerator, keepAliveEvery = 20_000, maxAge = 10 * 60_000 } = options;
  const rooms = new Map<AppId, Room>();
  let draining: number | null = null;
  const keepAlive = setInterval(() => {
    const now = performance.now();
    for (const room of rooms.values()) {
      if (now - room.toldAt < keepAliveEvery * (1 - 1 / QUIET_STEPS)) continue;
      room.toldAt = now;
      void each(room, ({ sink }) => sink.keepAlive());
    }
  }, keepAliveEvery / QUIET_STEPS);
  const ages = setInterval(() => {
    const now = performance.now();
    for (const { feed, viewers } of rooms.values()) {
      feed.ways.sweep();
      for (const [viewer, { until }] of viewers) {
        if (until <= now) viewer.close({ type: "reconnect", reason: "age", afterMs: 0 });
      }
    }
  }, maxAge / AGE_STEPS);
  accelerator?.onNews((appId, news) => rooms.get(appId)?.feed.offer(news));

  function enter(appId: AppId): Room {
    let room = rooms.get(appId);
    if (!room) {
      const viewers: Room["viewers"] = new Map();
      const { logUrl } = options;
      const previewUrl = options.previewUrl(appId);
      const feed = new Feed({
        appId,
        history,
        previewUrl,
        logUrl,
        viewers: () => viewers.size,
        onFlush: () => void deliver(made),
        onGone: () => queueMicrotask(() => endRoom(appId, made)),
      });
      const source = { feed, history, appId, previewUrl, logUrl };
      const state = { joining: 0, toldAt: performance.now(), gone: false, delivering: false, again: false };
      const made: Room = { appId, feed, source, viewers, ...state };
      rooms.set(appId, room = made);
    }
    room.joining++;
    return room;
  }

  /** In slices: a thousand viewers must not hold up whoever asks for something else, nor the first of them wait for the last. */
  async function each(room: Room, act: (viewer: Viewer) => void): Promise<void> {
    let served = 0;
    for (const viewer of room.viewers.keys()) {
      if (served++ === VIEWERS_PER_TURN) {
        served = 1;
        await nextTurn();
      }
      act(viewer);
    }
  }

  async function deliver(room: Room): Promise<void> {
    room.again = true;
    if (room.delivering) return;
    room.delivering = true;
    while (room.again) {
      room.again = false;
      room.toldAt = performance.now();
      await each(room, (viewer) => viewer.pump());
    }
    room.delivering = false;
  }

  function tidy(room: Room): void {
    if (room.viewers.size > 0 || room.joining > 0) return;
    room.feed.close();
    if (rooms.get(room.appId) === room) rooms.delete(room.appId);
  }

  /** Once for each viewer, however often it is called. */
  function leave(room: Room, viewer: Viewer): void {
    const seat = room.viewers.get(viewer);
    if (seat === undefined) return;
    room.viewers.delete(viewer);
    viewer.end();
    seat.release();
    tidy(room);
  }

  /** An app that is made anew under the same id gets another room. */
  function endRoom(appId: AppId, room: Room): void {
    room.gone = true;
    if (rooms.get(appId) === room) rooms.delete(appId);
    // What has just happened goes out before the goodbye (S1).
    room.feed.flush();
    for (const viewer of room.viewers.keys()) {
      viewer.pump();
      viewer.close({ type: "gone" });
    }
  }

  function sendBack(viewer: Viewer, spreadMs: number): void {
    viewer.pump();
    const afterMs = Math.round(500 + Math.random() * spreadMs);
    viewer.close({ type: "reconnect", reason: "restart", afterMs });
  }

  async function joinOnce(appId: AppId, cursor: Position | null, sink: Sink): Promise<Joined | null> {
    const release = await options.join(appId);
    const room = enter(appId);
    let viewer: Viewer | null = null;
    try {
      viewer = await Viewer.join(room.source, sink, cursor);
    } finally {
      room.joining--;
      if (viewer === null) {
        release();
        tidy(room);
      }
    }
    if (viewer === null) return null;
    // Spread, so that viewers who came together do not come back together.
    const stay = maxAge * (0.9 + Math.random() * 0.1 - 1 / AGE_STEPS);
    room.viewers.set(viewer, { until: Math.trunc(performance.now() + stay), release });
    const replayed = viewer.catchUp(true);
    if (room.gone) viewer.close({ type: "gone" });
    else if (draining !== null) {
      const spreadMs = draining;
      // Not empty-handed: what is new he gets first.
      void replayed.then(() => sendBack(viewer, spreadMs));
    }
    return new Place(leave, room, viewer, replayed);
  }

  return {
    /** A room whose app has just gone may stand where that of a new one under its id should be: the second try finds it. */
    join: async (...args) => await joinOnce(...args) ?? await joinOnce(...args),

    announce(appId, news) {
      rooms.get(appId)?.feed.offer(news);
      accelerator?.send(appId, news);
    },

    end(appId) {
      const room = rooms.get(appId);
      if (room) endRoom(appId, room);
    },

    drain(spreadMs) {
      draining = spreadMs;
      for (const { feed, viewers } of rooms.values()) {
        feed.flush();
        for (const viewer of viewers.keys()) sendBack(viewer, spreadMs);
      }
    },

    get viewers() {
      let count = 0;
      for (const { viewers } of rooms.values()) count += viewers.size;
      return count;
    },

    close() {
      clearInterval(keepAlive);
      clearInterval(ages);
      accelerator?.close();
      for (const { feed, viewers } of rooms.values()) {
        for (const viewer of viewers.keys()) sendBack(viewer, 0);
        feed.close();
      }
    },
  };
}

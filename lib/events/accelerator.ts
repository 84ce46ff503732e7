/** A BroadcastChannel that carries one message per flush, with the news of all apps in it. */
import type { AppId } from "../protocol/ids.ts";
import type { News } from "./feed.ts";
import type { Accelerator } from "./hub.ts";

/** Milliseconds between two messages: sent faster, the channel drops them. */
const SEND_EVERY = 5;
/** Rough bytes of one message; what does not fit is announced as "more". */
const MESSAGE_BYTES = 100_000;

export function createAccelerator(name = "wakelight"): Accelerator | null {
  if (typeof BroadcastChannel === "undefined") return null;
  const channel = new BroadcastChannel(name);
  let waiting: [AppId, News][] = [];
  let bytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function post(): void {
    timer = undefined;
    channel.postMessage(waiting);
    waiting = [];
    bytes = 0;
  }

  return {
    send(appId, news) {
      const size = weight(news);
      const fits = bytes + size <= MESSAGE_BYTES;
      if (fits) bytes += size;
      waiting.push([appId, fits ? news : { type: "more" }]);
      timer ??= setTimeout(post, SEND_EVERY);
    },
    onNews(callback) {
      channel.onmessage = ({ data }) => {
        for (const [appId, news] of data as [AppId, News][]) callback(appId, news);
      };
    },
    close() {
      clearTimeout(timer);
      channel.close();
    },
  };
}

function weight(news: News): number {
  if (news.type !== "lines") return 1_000;
  let sum = 0;
  for (const { message } of news.lines) sum += message.length + 80;
  return sum;
}

/**
 * Asks the apps behind the proxy, over HTTP/1.1 and connections that are kept. It is there because `fetch` takes more
 * processor time for a small answer than all the rest of the proxy does: twice as much as this.
 */
import { type Answer, receiveAnswer } from "./answer.ts";
import { BadAnswer } from "./bad_answer.ts";
import { connect, type Connection, HungUp } from "./connection.ts";
import { createPool } from "./pool.ts";
import { type AppRequest, type Sending, sendRequest } from "./request.ts";

/** `unreachable`: nobody listens, or the app hung up; `malformed`: what it sent is no answer; `cancelled`: by us. */
export type Asked =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly code: "unreachable" | "malformed" | "cancelled" };

export interface Asking {
  readonly asked: Promise<Asked>;
  /** Ends the connection, as long as the answer has not begun. */
  cancel(): void;
}

export interface AppClient {
  /**
   * There is no timeout, because a development server may compile for minutes before its first byte.
   * @throws what nobody expected
   */
  ask(request: AppRequest): Asking;
  /** Connections that wait for another request. */
  readonly resting: number;
  /** Closes those; what is under way goes on. */
  close(): void;
}

/** @param now milliseconds */
export function createAppClient(now: () => number = () => performance.now()): AppClient {
  const pool = createPool(now);

  function ask(request: AppRequest): Asking {
    let cancelled = false;
    let current: Connection | null = null;

    async function exchange(fresh: boolean): Promise<Answer> {
      const connection = (fresh ? undefined : pool.take(request.upstream)) ?? await connect(request.upstream);
      if (cancelled) {
        connection.close();
        throw new HungUp("Cancelled");
      }
      current = connection;
      let sending: Sending | undefined;
      try {
        sending = sendRequest(connection, request);
        return await receiveAnswer(connection, request.method, async (reusable) => {
          sending?.stop();
          if (reusable && await sending?.all) pool.keep(request.upstream, connection);
          else connection.close();
        });
      } catch (error) {
        sending?.stop();
        connection.close();
        throw error;
      }
    }

    /**
     * The app may close a kept connection in the very moment in which it is used again. What may be asked twice is then asked
     * once more, on a new one; anything else goes out on a new one at once.
     */
    async function twice(): Promise<Answer> {
      if (!isRepeatable(request)) return await exchange(true);
      try {
        return await exchange(false);
      } catch (error) {
        if (!(error instanceof HungUp) || cancelled || !current?.used) throw error;
        return await exchange(true);
      }
    }

    async function outcome(): Promise<Asked> {
      try {
        return { ok: true, answer: await twice() };
      } catch (error) {
        return { ok: false, code: cancelled ? "cancelled" : codeOf(error) };
      }
    }

    return {
      asked: outcome(),
      cancel() {
        cancelled = true;
        current?.close();
      },
    };
  }

  return {
    ask,
    get resting() {
      return pool.resting;
    },
    close: pool.close,
  };
}

const isRepeatable = ({ method, body }: AppRequest): boolean =>
  body === null && (method === "GET" || method === "HEAD" || method === "OPTIONS");

function codeOf(error: unknown): "unreachable" | "malformed" {
  if (error instanceof HungUp) return "unreachable";
  if (error instanceof BadAnswer) return "malformed";
  throw error;
}

import type { App } from "fresh";

/** Asks the app in process, the way a client would. */
export function asker<State>(app: App<State>): (path: string, init?: RequestInit) => Promise<Response> {
  const handler = app.handler();
  return (path, init) => handler(new Request(`http://localhost${path}`, init));
}

/** Status and body, which is most of what tables compare. */
export async function answer(response: Response): Promise<[status: number, body: string]> {
  return [response.status, await response.text()];
}

/** Keeps expected errors out of the test output; returns what was logged. */
export async function quietly<T>(run: () => Promise<T>): Promise<{ result: T; logged: unknown[][] }> {
  const real = console.error;
  const logged: unknown[][] = [];
  console.error = (...args: unknown[]) => logged.push(args);
  try {
    return { result: await run(), logged };
  } finally {
    console.error = real;
  }
}

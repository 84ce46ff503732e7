/** The printer by itself, for baselines: its lines as events, numbered and shaped as ours are. */
import { LOAD_CORE, pinned } from "../support/process.ts";

export interface Source {
  /** Where the printer takes its commands. */
  readonly port: number;
  end(): Promise<void>;
}

/** A `log` event as Wakelight sends it, so that all have the same bytes to deliver. */
export interface LogEvent {
  readonly type: "log";
  readonly payload: {
    readonly deployId: string;
    readonly line: number;
    readonly source: "dev-server";
    readonly stream: "stdout";
    readonly message: string;
    readonly timestamp: number;
  };
}

export const DEPLOY_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/** @param onEvents called with the events of what was read at once */
export async function startSource(onEvents: (events: LogEvent[]) => void): Promise<Source> {
  const script = new URL("../support/printer.ts", import.meta.url).pathname;
  const [command, ...args] = pinned(LOAD_CORE, [Deno.execPath(), "run", "-A", script]);
  const child = new Deno.Command(command, { args, stdout: "piped", env: { PORT: "0" } }).spawn();
  const ready = Promise.withResolvers<number>();
  void (async () => {
    let rest = "";
    let line = 0;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      if (line === 0) ready.resolve(Number(/^printer at (\d+)$/.exec(lines[0])?.[1]));
      const timestamp = Date.now();
      onEvents(lines.map((message) => ({
        type: "log",
        payload: {
          deployId: DEPLOY_ID,
          line: line++,
          source: "dev-server",
          stream: "stdout",
          message,
          timestamp,
        },
      })));
    }
  })();
  return {
    port: await ready.promise,
    async end() {
      child.kill();
      await child.status;
    },
  };
}

/** What a baseline does with those who come. */
export interface Audience {
  sse(): Response;
  websocket(req: Request): Response;
}

/** Serves, says where on the standard output, and ends the process with its input. */
export async function serveBaseline(source: Source, { sse, websocket }: Audience): Promise<never> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (req) => req.headers.get("upgrade") === "websocket" ? websocket(req) : sse(),
  );
  console.log(JSON.stringify({ port: server.addr.port, printer: source.port }));
  for await (const _ of Deno.stdin.readable);
  await source.end();
  Deno.exit();
}

/** The port to wherever an app's code runs. One contract suite, `tests/sandbox/contract.ts`, faces every driver. */
import type { AppId } from "../protocol/ids.ts";

export interface Sandbox {
  /** Opens a workspace, empty if it is new. `name` is letters, digits, `-` and `_`. */
  open(appId: AppId, name: string): Promise<Workspace>;
  /** True where a workspace of that name exists on this machine. */
  has(appId: AppId, name: string): Promise<boolean>;
  /**
   * Removes all workspaces of the app but those named. What still runs in them is ended first. A function is asked after
   * the workspaces were listed: one that another isolate opens meanwhile is then safe.
   */
  sweep(appId: AppId, keep: readonly string[] | (() => Promise<readonly string[]>)): Promise<void>;
}

export interface Workspace {
  /** Text of a file of the workspace, or null where there is none. Never follows a link out of it. */
  readFile(path: string): Promise<string | null>;
  writeFile(path: string, text: string): Promise<void>;
  /** Runs a command to its end. */
  run(command: Command): Promise<Exit>;
  /** Starts a command that goes on; resolves once it was spawned. */
  serve(command: Command): Promise<Served>;
}

export interface Command {
  /** The program and its arguments, or a shell command line. */
  readonly command: readonly string[] | string;
  /** Added to the driver's own small environment (PATH, HOME, LANG, …); nothing else of the server's is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; for `run` only. */
  readonly timeout?: number;
  /** Ends the command's whole process tree. */
  readonly signal?: AbortSignal;
  /** Raw bytes as they come; the pipe is not read on before the promise resolves. */
  readonly output: (stream: "stdout" | "stderr", bytes: Uint8Array) => Promise<void> | void;
}

export interface Exit {
  readonly exitCode: number | null;
  /** "SIGKILL" and the like */
  readonly signal: string | null;
  readonly timedOut: boolean;
}

export interface Served {
  /** Where this machine reaches it: `http://127.0.0.1:PORT`. The command has PORT in its environment. */
  readonly url: string;
  /** Resolves when the whole tree is gone and both pipes are read. */
  readonly stopped: Promise<Exit>;
  /** True when something accepts connections at `url`. */
  answers(): Promise<boolean>;
  /** TERM to the whole tree, KILL after `graceMs` (default 3,000). */
  stop(graceMs?: number): Promise<Exit>;
}

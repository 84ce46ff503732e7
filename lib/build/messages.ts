/** What a person reads when a build fails: what happened, and what to do next. Pure; secrets are masked afterwards. */
import type { Exit } from "../sandbox/sandbox.ts";
import type { FetchFailure } from "./fetch.ts";

const MAX_BYTES = 4_096;

export interface StepFailure {
  /** "Installing" or "Starting" */
  readonly doing: string;
  /** What was run, for people. */
  readonly label: string;
  readonly exit: Exit;
  /** The last lines that it said, without colours. */
  readonly tail: readonly string[];
}

export function fetchMessage(
  code: FetchFailure,
  about: { commit: string; address: string; branch: string; timeout: number; said: readonly string[] },
): string {
  const short = about.commit.slice(0, 7);
  switch (code) {
    case "commit_gone":
      return `The repository no longer has commit ${short}; it may have been replaced by a force push. ` +
        `Push to ${about.branch} again, or redeploy another commit.`;
    case "repository_not_found":
      return `The repository ${about.address} cannot be read. ` +
        `Check its address, and that it is public or that access was given.`;
    case "unreachable":
      return `The Git host of ${about.address} cannot be reached. Try again in a moment.`;
    case "timed_out":
      return `Fetching commit ${short} took longer than ${seconds(about.timeout)} and was ended. ` +
        `Try again; if the repository is very large, ask the operator for a longer INSTALL_TIMEOUT.`;
    case "stopped":
      return STOPPED;
    case "other":
      return withTail(`Commit ${short} could not be fetched. git said:`, about.said);
  }
}

export const STOPPED = "The build was stopped before it was done.";

export function installMessage({ label, exit, tail }: Omit<StepFailure, "doing">, timeout: number): string {
  if (exit.timedOut) {
    return withTail(
      `Installing took longer than ${
        seconds(timeout)
      } and was ended. Make the step \`${label}\` shorter, or ask the ` +
        `operator for a longer INSTALL_TIMEOUT. It last said:`,
      tail,
    );
  }
  return withTail(
    `Installing failed: \`${label}\` ${ending(exit)}. ${hint(exit)}It last said:`,
    tail,
  );
}

export function exitedMessage({ label, exit, tail }: Omit<StepFailure, "doing">): string {
  return withTail(
    `The app ended before it answered: \`${label}\` ${ending(exit)}. ${hint(exit)}It last said:`,
    tail,
  );
}

export function noPortMessage(label: string, port: string, timeout: number, tail: readonly string[]): string {
  return withTail(
    `The app was started with \`${label}\`, but nothing listened on its port within ${seconds(timeout)}. ` +
      `Let it listen on the port in the variable PORT (here ${port}), for example with ` +
      `\`--port "$PORT"\` in its start command. It last said:`,
    tail,
  );
}

function ending({ exitCode, signal }: Exit): string {
  return signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
}

/** Exit codes that a shell gives a meaning. */
function hint({ exitCode, signal }: Exit): string {
  if (exitCode === 127) {
    return "A program in it was not found: is it installed, or listed in the dependencies? ";
  }
  if (exitCode === 126) return "A program in it may not be executed. ";
  if (signal === "SIGKILL") return "The machine may have run out of memory. ";
  return "Correct what its last lines name, and push again. ";
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 1000)} s`;
}

/** The sentence, and as many of the last lines as fit into 4 KiB. */
function withTail(sentence: string, tail: readonly string[]): string {
  const lines = tail.filter((line) => line.trim() !== "");
  if (lines.length === 0) return sentence.replace(/(?: It last said| git said):$/, "");
  let text = "";
  for (const line of lines.toReversed()) {
    if (bytes(sentence) + bytes(text) + bytes(line) + 1 > MAX_BYTES) break;
    text = `\n${line}${text}`;
  }
  return sentence + text;
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

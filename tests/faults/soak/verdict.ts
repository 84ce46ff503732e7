/** Whether the process ended where it began: pure. */
import type { Held, IsolateHolds } from "./held.ts";

/**
 * Bytes by which an isolate may have grown: what the engine keeps of code that ran often enough by then, and its noise.
 * It is 1.5 KB of each of the 1,400 visits of 10 minutes.
 */
export const MAY_GROW = 2 * 1024 * 1024;
/** The same for what the process holds outside V8; the caches of the store are some of it, and take their time to fill. */
export const NATIVE_MAY_GROW = 8 * 1024 * 1024;
/** Bytes from one rest to the next that are no noise, where they come each time. */
const CLIMB = 256 * 1024;
/** Files, sockets and pipes: connections that a client keeps for a while come and go. */
const FILES = 24;

export const bytesOf = ({ heap, external }: IsolateHolds): number => heap + external;

/**
 * @param rests what was held each time that all load was off, the first and the last included
 * @returns what speaks against it
 */
export function verdict(rests: readonly Held[]): string[] {
  const wrong: string[] = [];
  const [began, ended] = [rests[0], rests[rests.length - 1]];
  for (const [i, after] of ended.isolates.entries()) {
    const before = began.isolates[i];
    const { isolate } = after;
    if (before?.isolate !== isolate) {
      wrong.push(`isolate ${isolate} is not one that began`);
      continue;
    }
    const grown = bytesOf(after) - bytesOf(before);
    if (grown > MAY_GROW) wrong.push(`isolate ${isolate} grew by ${mega(grown)}`);
    if (climbs(rests.map(({ isolates }) => bytesOf(isolates[i])))) {
      wrong.push(`isolate ${isolate} grew from rest to rest`);
    }
    const { streams, viewers, grounds } = after;
    if (streams + viewers + grounds > 0) {
      wrong.push(
        `isolate ${isolate} holds ${streams} streams, ${viewers} viewers, ${grounds} grounds of nobody`,
      );
    }
  }
  const native = (ended.native ?? 0) - (began.native ?? 0);
  if (native > NATIVE_MAY_GROW) wrong.push(`the process grew by ${mega(native)} outside V8`);
  const files = ended.files - began.files;
  if (files > FILES) wrong.push(`${files} more files, sockets and pipes are open`);
  return wrong;
}

/** True where each lies clearly above the one before. */
export function climbs(bytes: readonly number[]): boolean {
  return bytes.length > 3 && bytes.every((size, i) => i === 0 || size - bytes[i - 1] > CLIMB);
}

export const mega = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

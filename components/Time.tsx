import { ago } from "./time_words.ts";

/** A moment as people say it, with the exact time on demand. `now` is milliseconds since 1970. */
export function Time({ at, now }: { at: string; now: number }) {
  return <time dateTime={at} title={`${at.slice(0, 19).replace("T", " ")} UTC`}>{ago(at, now)}</time>;
}

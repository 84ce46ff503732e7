/** Which faults a schedule has, and how often: not all of all kinds, or one would hide the other. */
import type { Random } from "./random.ts";

export interface Profile {
  readonly isolates: number;
  readonly people: number;
  readonly moves: number;
  /** Of each call to the store: it fails before it is applied. */
  readonly failed: number;
  /** It is applied, and fails. */
  readonly unknown: number;
  /** A commit is told that the database is locked. */
  readonly locked: number;
  readonly duplicated: number;
  /** It, or its answer, comes late by up to `latest` milliseconds. */
  readonly delayed: number;
  readonly latest: number;
  /** A list is read in pieces, so that it is no snapshot. */
  readonly torn: number;
  /** What becomes of messages between isolates. */
  readonly channel: "absent" | "faithful" | "faulty";
  /** A watch hears only its own isolate's commits, as between processes that share one file. */
  readonly deaf: boolean;
  /** Of each time that a watch has something to tell: it breaks. */
  readonly breaking: number;
  /** Bytes of a log that are kept. */
  readonly keep: number;
  /** Deploys whose logs are kept; null where nobody trims. */
  readonly deploys: number | null;
  readonly deaths: boolean;
  readonly stalls: boolean;
  /** Builds go live shortly before their leases are renewed, and their isolates hear of it late. */
  readonly brinks: boolean;
  readonly trims: boolean;
}

export function drawProfile(random: Random): Profile {
  const often = (...rates: number[]) => random.pick(rates);
  return {
    isolates: random.pick([1, 2, 2, 2, 3, 3]),
    people: random.pick([1, 2, 2, 3]),
    moves: random.int(10, 32),
    failed: often(0, 0, 0, 0.02, 0.08),
    unknown: often(0, 0, 0, 0.02, 0.08),
    locked: often(0, 0, 0.1, 0.25),
    duplicated: often(0, 0, 0.05),
    delayed: often(0, 0.05, 0.2),
    latest: often(5, 40, 400, 6_000),
    torn: often(0, 0.2),
    channel: random.pick(["absent", "faithful", "faulty", "faulty"]),
    deaf: random.chance(0.12),
    breaking: often(0, 0, 0, 0.05),
    keep: often(400, 1_500, 1_000_000),
    deploys: random.pick([1, null, null]),
    deaths: random.chance(0.6),
    stalls: random.chance(0.4),
    brinks: random.chance(0.3),
    trims: random.chance(0.25),
  };
}

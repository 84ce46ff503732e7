/** What this project began with, measured beside it: see `seed_process.ts`. */
import type { Subject } from "../support/subject.ts";
import { startSourced } from "./sourced.ts";

/** @param encoded how often an event is encoded: `once` unless told, which is the harder one to compare with */
export const startSeed = (encoded: "once" | "each" = "once"): Promise<Subject> =>
  startSourced(
    encoded === "once" ? "seed technique" : "seed technique, encoding for each",
    "seed_process.ts",
    [encoded],
  );

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { App } from "../app/app.ts";
import { setBuildCache } from "../app/build_cache.ts";
import type { ListenOptions } from "../app/listen.ts";
import { makeBuild } from "./build.ts";
import { type BuildConfig, resolveConfig } from "./config.ts";
import { devMiddleware } from "./dev_middleware.ts";
import { MemoryBuildCache } from "./memory_build_cache.ts";
import { writeSnapshot } from "./write_snapshot.ts";

export interface BuildOptions extends BuildConfig {
  /** Accepted as Fresh does; the bundler of this stand-in takes neither. */
  target?: string | string[];
  sourceMap?: unknown;
}

type ApplySnapshot = <State>(app: App<State>) => void;

/** Builds an app for production, or serves it in development. */
export class Builder {
  #options: BuildOptions;
  #islandSpecs: string[] = [];

  constructor(options: BuildOptions = {}) {
    this.#options = options;
  }

  /** Adds a module outside of the islands folder: a path from the root, or a file URL. */
  registerIsland(spec: string): void {
    const root = this.#options.root ?? Deno.cwd();
    this.#islandSpecs.push(spec.startsWith("file:") ? fileURLToPath(spec) : resolve(root, spec));
  }

  /** Builds to disk, or in memory; the result sets the build on an app. */
  async build(
    { mode = "production", snapshot = "disk" }: {
      mode?: "development" | "production";
      snapshot?: "disk" | "memory";
    } = {},
  ): Promise<ApplySnapshot> {
    const config = await resolveConfig(this.#options);
    const toDisk = snapshot === "disk";
    // Removed first: a file that is no longer made must not be served.
    if (toDisk) await Deno.remove(config.outDir, { recursive: true }).catch(ignoreMissing);
    const build = await makeBuild(config, {
      islandSpecs: this.#islandSpecs,
      development: mode === "development",
      toDisk,
    });
    if (toDisk) {
      await writeSnapshot(build);
      // Nothing of the app is imported for it (its modules may open what keeps this process alive).
      return () => {
        throw new Error("Cannot apply a build that went to disk: start its server.js instead");
      };
    }
    const cache = await MemoryBuildCache.create(build);
    return (app) => setBuildCache(app, cache, mode);
  }

  /** Serves the app that `main.ts` exports, with live reload and error overlay. */
  // deno-lint-ignore no-explicit-any -- an app of whatever state
  async listen(importApp: () => Promise<{ app: App<any> }>, options: ListenOptions = {}): Promise<void> {
    const revision = Date.now();
    const apply = await this.build({ mode: "development", snapshot: "memory" });
    const { app } = await importApp();
    apply(app);
    App.wrap(app, devMiddleware(app.config.root, revision));
    await app.listen(options);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** The environment, read once and checked; the README's table says what each variable does. */
import * as z from "zod";
import type { StreamLimits } from "./events/limits.ts";

const seconds = (fallback: number) =>
  z.coerce.number().positive().default(fallback).transform((s) => s * 1000);

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const Environment = z.object({
  PUBLIC_URL: z.url().optional(),
  PORT: z.coerce.number().int().min(0).max(65535).default(8000),
  PREVIEW_DOMAIN: z.string().regex(/^[a-z0-9.-]+(?::\d+)?$/i).optional(),
  ALLOWED_ORIGINS: z.string().default("").transform((list) =>
    list.split(",").map((origin) => origin.trim()).filter((origin) => origin !== "")
  ),
  DATA_DIR: z.string().default(".data"),
  KV_PATH: z.string().optional(),
  TICKET_SECRET: z.string().min(32, "is too short: 32 characters at least").optional(),
  SLEEP_AFTER: seconds(600),
  INSTALL_TIMEOUT: seconds(600),
  START_TIMEOUT: seconds(120),
  STREAMS_PER_USER: count(50),
  STREAMS_PER_APP: count(1_000),
  STREAMS_PER_ADDRESS: count(100),
  TRUST_PROXY: z.stringbool().default(false),
  LOG_MAX_BYTES: z.coerce.number().int().min(65_536).default(16 * 1024 * 1024),
  DENO_JOBS: z.coerce.number().int().positive().optional().catch(undefined),
});

export interface Config {
  /** Where people open Wakelight, without a slash at the end: `http://localhost:8000`. */
  readonly publicUrl: string;
  /** Host and port under which previews live: `localhost:8000` for `<appId>.localhost:8000`. */
  readonly previewDomain: string;
  readonly allowedOrigins: readonly string[];
  readonly dataDir: string;
  /** A file, `:memory:`, or undefined where the platform has a KV of its own. */
  readonly kvPath: string | undefined;
  /** Signs tickets. Without it the ticket endpoint says 500 and the log names the variable (A2). */
  readonly ticketSecret: string | undefined;
  /** Milliseconds without requests after which a preview is put to sleep. */
  readonly sleepAfter: number;
  /** Milliseconds that fetching and installing may take, each. */
  readonly installTimeout: number;
  /** Milliseconds that the app's port may take to open. */
  readonly startTimeout: number;
  /** Open streams that one isolate takes. */
  readonly streamLimits: StreamLimits;
  /** A proxy of ours stands in front and adds the client's address to `X-Forwarded-For`. */
  readonly trustProxy: boolean;
  /** Bytes of one deploy's log that are kept. */
  readonly logMaxBytes: number;
  /** How many workers `deno serve --parallel` was told to start, where it was. */
  readonly workers: number | undefined;
}

/** @throws Error that names each variable that does not fit */
export function readConfig(env: Record<string, string | undefined>): Config {
  const parsed = Environment.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== "")),
  );
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new Error(`Cannot start: ${wrong.join("; ")}`);
  }
  const e = parsed.data;
  const publicUrl = (e.PUBLIC_URL ?? `http://localhost:${e.PORT}`).replace(/\/+$/, "");
  const onDeploy = env.DENO_DEPLOYMENT_ID !== undefined;
  return {
    publicUrl,
    previewDomain: (e.PREVIEW_DOMAIN ?? new URL(publicUrl).host).toLowerCase(),
    allowedOrigins: e.ALLOWED_ORIGINS,
    dataDir: e.DATA_DIR,
    kvPath: e.KV_PATH ?? (onDeploy ? undefined : `${e.DATA_DIR}/kv.sqlite`),
    ticketSecret: e.TICKET_SECRET,
    sleepAfter: e.SLEEP_AFTER,
    installTimeout: e.INSTALL_TIMEOUT,
    startTimeout: e.START_TIMEOUT,
    streamLimits: {
      perUser: e.STREAMS_PER_USER,
      perApp: e.STREAMS_PER_APP,
      perAddress: e.STREAMS_PER_ADDRESS,
    },
    trustProxy: e.TRUST_PROXY,
    logMaxBytes: e.LOG_MAX_BYTES,
    workers: e.DENO_JOBS,
  };
}

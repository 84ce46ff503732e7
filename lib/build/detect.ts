/**
 * Finds out how an app is installed and started. What was set for the app comes first, then deno.json, then
 * package.json; in both, `dev` before `start`: a preview is for looking while changing.
 */
import type { Commands } from "../protocol/api.ts";
import { parseJsonc } from "./jsonc.ts";
import { choosePackageManager, installStep, scriptStep, type Step } from "./package_manager.ts";
import { portArguments } from "./port_arguments.ts";

export interface Checkout {
  /** Names in the root folder. */
  readonly files: ReadonlySet<string>;
  /** Text of deno.json or deno.jsonc. */
  readonly denoJson: string | null;
  readonly packageJson: string | null;
}

/** `message` says what to do. */
export type Plan =
  | { readonly ok: true; readonly install: Step | null; readonly start: Step }
  | {
    readonly ok: false;
    readonly code: "no_start_command" | "unreadable_configuration";
    readonly message: string;
  };

const SCRIPTS = ["dev", "start"] as const;

export function detect(checkout: Checkout, commands: Commands): Plan {
  let deno: Record<string, unknown> | null;
  let node: Record<string, unknown> | null;
  try {
    deno = parse("deno.json", checkout.denoJson);
    node = parse("package.json", checkout.packageJson);
  } catch (error) {
    // A configuration that nobody needs may be as broken as it likes.
    if (commands.install !== undefined && commands.start !== undefined) deno = node = null;
    else return { ok: false, code: "unreadable_configuration", message: (error as Error).message };
  }
  const manager = choosePackageManager(checkout.files, node?.packageManager);
  const task = findScript(deno?.tasks);
  const script = findScript(node?.scripts);
  const byDeno = task !== null || (deno !== null && script === null);

  function start(): Step | null {
    if (commands.start !== undefined) return asGiven(commands.start);
    if (task !== null) {
      const args = portArguments(task.body);
      return asGiven(`deno task ${task.name}${args === "" ? "" : ` ${args}`}`);
    }
    return script === null ? null : scriptStep(manager, script.name, portArguments(script.body));
  }

  function install(): Step | null {
    if (commands.install !== undefined) return asGiven(commands.install);
    if (byDeno) {
      // Deno fetches what it runs by itself; only a node_modules folder has to be there before.
      const needsFolder = node !== null || ["auto", "manual", true].includes(deno?.nodeModulesDir as string);
      return needsFolder ? asGiven("deno install") : null;
    }
    return node === null ? null : installStep(manager);
  }

  const found = start();
  if (found !== null) return { ok: true, install: install(), start: found };
  return {
    ok: false,
    code: "no_start_command",
    message:
      "No start command was found. Add a `dev` or `start` task to deno.json, a `dev` or `start` script to " +
      "package.json, or set a start command for this app.",
  };
}

const asGiven = (command: string): Step => ({ label: command, command });

/** @throws Error with a sentence for people */
function parse(name: string, text: string | null): Record<string, unknown> | null {
  if (text === null) return null;
  let value: unknown;
  try {
    value = parseJsonc(text);
  } catch (error) {
    throw new Error(`${name} cannot be read: ${(error as Error).message}. Correct it and push again.`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`${name} cannot be read: it holds no object. Correct it and push again.`);
}

/** A task of deno.json may be a command line, or an object with one. */
function findScript(scripts: unknown): { name: string; body: string } | null {
  if (typeof scripts !== "object" || scripts === null) return null;
  for (const name of SCRIPTS) {
    const script = (scripts as Record<string, unknown>)[name];
    const body = typeof script === "object" && script !== null
      ? (script as { command?: unknown }).command
      : script;
    if (typeof body === "string" && body.trim() !== "") return { name, body };
  }
  return null;
}

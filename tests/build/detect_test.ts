import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Checkout, detect } from "../../lib/build/detect.ts";
import { portArguments } from "../../lib/build/port_arguments.ts";
import type { Commands } from "../../lib/protocol/api.ts";

function plan(
  files: Record<string, unknown>,
  commands: Commands = {},
): [install: string | null, start: string] | string {
  const text = (name: string) => {
    const value = files[name];
    return value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value);
  };
  const checkout: Checkout = {
    files: new Set(Object.keys(files)),
    denoJson: text("deno.json") ?? text("deno.jsonc"),
    packageJson: text("package.json"),
  };
  const found = detect(checkout, commands);
  return found.ok ? [found.install?.label ?? null, found.start.label] : found.code;
}

const script = (scripts: Record<string, string>, more = {}) => ({ "package.json": { scripts, ...more } });
const dev = script({ dev: "node dev.js" });

const TABLE: [
  sentence: string,
  files: Record<string, unknown>,
  commands: Commands,
  found: ReturnType<typeof plan>,
][] = [
  ["a Deno app needs no install step", { "deno.json": { tasks: { dev: "x" } } }, {}, [null, "deno task dev"]],
  ["dev comes before start", { "deno.json": { tasks: { start: "x", dev: "x" } } }, {}, [
    null,
    "deno task dev",
  ]],
  ["start will do", { "deno.json": { tasks: { start: "x", build: "x" } } }, {}, [null, "deno task start"]],
  ["a task may be an object", { "deno.json": { tasks: { dev: { command: "x" } } } }, {}, [
    null,
    "deno task dev",
  ]],
  [
    "a task without a command is none",
    { "deno.json": { tasks: { dev: { dependencies: ["a"] } } } },
    {},
    "no_start_command",
  ],
  [
    "deno.jsonc may have comments",
    { "deno.jsonc": '{ // "a\n "tasks": { /* "dev": 1 */ "dev": "echo //x, }" , }, }' },
    {},
    [null, "deno task dev"],
  ],
  ["deno.json comes before package.json", { "deno.json": { tasks: { dev: "x" } }, ...dev }, {}, [
    "deno install",
    "deno task dev",
  ]],
  ["without a fitting task package.json decides", { "deno.json": {}, ...dev }, {}, [
    "npm install",
    "npm run dev",
  ]],
  [
    "a node_modules folder is installed",
    { "deno.json": { nodeModulesDir: "auto", tasks: { dev: "x" } } },
    {},
    [
      "deno install",
      "deno task dev",
    ],
  ],
  ["npm without a lock installs", dev, {}, ["npm install", "npm run dev"]],
  ["npm with a lock installs exactly", { ...dev, "package-lock.json": "" }, {}, ["npm ci", "npm run dev"]],
  ["pnpm is known by its lock", { ...dev, "pnpm-lock.yaml": "" }, {}, [
    "pnpm install --frozen-lockfile",
    "pnpm run dev",
  ]],
  ["yarn is known by its lock", { ...dev, "yarn.lock": "" }, {}, [
    "yarn install --frozen-lockfile",
    "yarn run dev",
  ]],
  ["a modern yarn has other flags", { ...dev, "yarn.lock": "", ".yarnrc.yml": "" }, {}, [
    "yarn install --immutable",
    "yarn run dev",
  ]],
  ["bun is known by its lock", { ...dev, "bun.lock": "" }, {}, [
    "bun install --frozen-lockfile",
    "bun run dev",
  ]],
  [
    "the packageManager field decides between locks",
    {
      ...script({ dev: "x" }, { packageManager: "pnpm@9.1.0" }),
      "package-lock.json": "",
      "pnpm-lock.yaml": "",
    },
    {},
    ["pnpm install --frozen-lockfile", "pnpm run dev"],
  ],
  ["preview and serve are no start", script({ preview: "x", serve: "x" }), {}, "no_start_command"],
  ["nothing is refused", {}, {}, "no_start_command"],
  ["what was set comes first", dev, { install: "make", start: "./run" }, ["make", "./run"]],
  ["a start that was set keeps the install that was found", { ...dev, "yarn.lock": "" }, { start: "./run" }, [
    "yarn install --frozen-lockfile",
    "./run",
  ]],
  ["an install that was set keeps the start that was found", dev, { install: "make" }, [
    "make",
    "npm run dev",
  ]],
  ["a start that was set is enough", {}, { start: "./run" }, [null, "./run"]],
  ["a broken file is refused", { "package.json": "{" }, {}, "unreadable_configuration"],
  ["a file that holds no object is refused", { "deno.json": "[]" }, {}, "unreadable_configuration"],
  [
    "a broken file that nobody needs is ignored",
    { "package.json": "{" },
    { install: "true", start: "./run" },
    ["true", "./run"],
  ],
  ["vite is told its port", script({ dev: "vite" }), {}, [
    "npm install",
    'npm run dev -- --port "$PORT" --strictPort --host 127.0.0.1',
  ]],
  ["a Deno task of vite is told its port", { "deno.json": { tasks: { dev: "vite" } } }, {}, [
    null,
    'deno task dev --port "$PORT" --strictPort --host 127.0.0.1',
  ]],
];

for (const [sentence, files, commands, found] of TABLE) {
  Deno.test(`A14 ${sentence}`, () => assertEquals(plan(files, commands), found));
}

Deno.test("A14 a refusal says what to do", () => {
  const found = detect({ files: new Set(), denoJson: null, packageJson: null }, {});
  assert(!found.ok);
  for (const way of ["deno.json", "package.json", "start command"]) assertStringIncludes(found.message, way);
});

Deno.test("A14 a manager that is not installed is fetched in the version that the project names", () => {
  const packageJson = JSON.stringify({ packageManager: "pnpm@9.1.0", scripts: { dev: "x" } });
  const found = detect({ files: new Set(["pnpm-lock.yaml"]), denoJson: null, packageJson }, {});
  assert(found.ok);
  assertStringIncludes(found.install!.command, "npx -y pnpm@9.1.0");
});

Deno.test("A14 the shell takes a manager from the PATH, or else from npx", async () => {
  const found = detect({
    files: new Set(["pnpm-lock.yaml"]),
    denoJson: null,
    packageJson: '{"scripts":{"dev":"x"}}',
  }, {});
  assert(found.ok);
  const folder = await Deno.makeTempDir({ prefix: "wakelight-" });
  try {
    const say = async (program: string) => {
      await Deno.writeTextFile(`${folder}/${program}`, `#!/bin/sh\necho ${program} "$@"\n`, { mode: 0o755 });
      const { stdout } = await new Deno.Command("/bin/sh", {
        args: ["-c", found.install!.command],
        clearEnv: true,
        env: { PATH: folder },
      }).output();
      return new TextDecoder().decode(stdout);
    };
    assertEquals(await say("npx"), "npx -y pnpm@10 install --frozen-lockfile\n");
    assertEquals(await say("pnpm"), "pnpm install --frozen-lockfile\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A14 only servers that do not read PORT get arguments", () => {
  const given = [
    "vite",
    "vite dev --open",
    "NODE_ENV=x vite",
    "npx vite",
    "astro dev",
    "ng serve",
    "webpack serve",
  ];
  const left = [
    "vite --port 3000",
    "vite -p 1",
    "vite build",
    "vite && echo",
    "vite preview",
    "next dev",
    "node vite",
    "vitest",
    "",
  ];
  for (const script of given) assert(portArguments(script) !== "", script);
  for (const script of left) assertEquals(portArguments(script), "", script);
});

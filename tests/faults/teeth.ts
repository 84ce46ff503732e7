/**
 * `deno task faults:teeth`: proves that the suite can fail. Each guard of the house is taken out of a copy of it, and
 * the schedules there must notice.
 */
import { type Mutation, MUTATIONS } from "./mutations.ts";

/** What a copy needs to run the schedules. */
const PARTS = ["deno.json", "deno.lock", "lib", "compat", "tests/faults", "tests/preview/samples.ts"];
/** Schedules in which a missing guard must show. */
const COUNT = 2_000;
/** Schedules that the copy must pass as it is. */
const CONTROL = 100;

const root = new URL("../../", import.meta.url).pathname;

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

async function makeCopy(): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "wakelight-teeth-" });
  for (const part of PARTS) {
    await Deno.mkdir(`${dir}/${part}`.replace(/[^/]*$/, ""), { recursive: true });
    await copy(`${root}${part}`, `${dir}/${part}`);
  }
  await Deno.symlink(`${root}node_modules`, `${dir}/node_modules`);
  return dir;
}

/** @returns whether all schedules held, and what the first that did not said */
async function run(dir: string, count: number): Promise<{ holds: boolean; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tests/faults/run.ts", "--from=1", `--count=${count}`, "--enough=1"],
    cwd: dir,
  }).output();
  const text = new TextDecoder().decode(stdout);
  const failure = /^schedule (\d+) .*\n {2}(.*)/m.exec(text);
  if (code !== 0 && !failure) throw new Error(`Cannot run: ${text}${new TextDecoder().decode(stderr)}`);
  return { holds: code === 0, said: failure ? `schedule ${failure[1]}: ${failure[2]}` : "" };
}

async function notices(dir: string, { file, text, instead }: Mutation) {
  const path = `${dir}/${file}`;
  const whole = await Deno.readTextFile(path);
  if (whole.split(text).length !== 2) {
    throw new Error(`Cannot mutate: ${file} must hold exactly once: ${text}`);
  }
  await Deno.writeTextFile(path, whole.replace(text, () => instead));
  try {
    return await run(dir, COUNT);
  } finally {
    await Deno.writeTextFile(path, whole);
  }
}

const dir = await makeCopy();
let failed = false;
try {
  const control = await run(dir, CONTROL);
  if (!control.holds) throw new Error(`Cannot begin: the house fails as it is, ${control.said}`);
  for (const mutation of MUTATIONS) {
    const began = performance.now();
    const { holds, said } = await notices(dir, mutation);
    failed ||= holds;
    const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
    console.log(`${holds ? "NOT NOTICED" : "noticed"} ${seconds} s  without ${mutation.what}`);
    if (said) console.log(`                  ${said.slice(0, 160)}`);
  }
} finally {
  await Deno.remove(dir, { recursive: true });
}
Deno.exit(failed ? 1 : 0);

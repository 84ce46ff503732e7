/** Finds a Chromium for tests, or unpacks the one that comes by npm: a bare machine with npm and git has all it takes. */

export interface Chromium {
  readonly executable: string;
  /** For the browser alone: its libraries must not reach anything else that the tests start. */
  readonly env: Readonly<Record<string, string>>;
}

const SYSTEM = "/usr/bin/chromium";
/** Value of `CHROMIUM` that passes over the system's. */
const FROM_NPM = "npm";

/** `CHROMIUM` (a path, or `npm`), else the system's, else the one from npm. */
export async function findChromium(): Promise<Chromium> {
  const wanted = Deno.env.get("CHROMIUM");
  if (wanted && wanted !== FROM_NPM) return { executable: wanted, env: {} };
  if (!wanted && await exists(SYSTEM)) return { executable: SYSTEM, env: {} };
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error("Cannot find a Chromium: set CHROMIUM to the path of one");
  }
  return await unpacked();
}

const root = new URL("../../", import.meta.url);

/**
 * `@sparticuz/chromium` unpacks into the temporary folder: a folder of its own keeps an older version's remains out, and
 * a lock keeps a second test process from starting what the first has half written.
 */
async function unpacked(): Promise<Chromium> {
  const folder = new URL("node_modules/.cache/chromium/", root).pathname;
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(`${folder}lock`, { create: true, write: true });
  await lock.lock(true);

  const version = await installedVersion();
  const home = `${folder}${version}`;
  const done = `${home}/unpacked`;
  if (!await exists(done)) {
    await Deno.remove(home, { recursive: true }).catch(() => {});
    await Deno.mkdir(home, { recursive: true });
    await unpackInto(home);
    await Deno.writeTextFile(`${home}/fonts/fonts.conf`, fontConfiguration(home));
    await Deno.writeTextFile(done, "");
  }
  return {
    executable: `${home}/chromium`,
    env: { LD_LIBRARY_PATH: `${home}/al2023/lib`, FONTCONFIG_PATH: `${home}/fonts` },
  };
}

/** In a process of its own, because the package changes the environment of the one that imports it. */
async function unpackInto(home: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("unpack_chromium.ts", import.meta.url).pathname],
    cwd: root.pathname,
    // The second makes the package unpack the system libraries that a bare machine lacks.
    env: { TMPDIR: home, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" },
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(`Cannot unpack Chromium: ${new TextDecoder().decode(stderr)}`);
}

/** The package's own names /tmp/fonts: elsewhere, and without fonts on the machine, no text would be drawn at all. */
const fontConfiguration = (home: string) =>
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${home}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${home}/fonts-cache</cachedir>
</fontconfig>
`;

async function installedVersion(): Promise<string> {
  const file = new URL("node_modules/@sparticuz/chromium/package.json", root);
  return JSON.parse(await Deno.readTextFile(file)).version;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

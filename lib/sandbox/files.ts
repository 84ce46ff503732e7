/** Files of a folder whose content nobody trusts: a link may point at the server's own files. */

/** What is read here is configuration. A repository may hold anything under that name. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Text of a file, or null where there is no such file in the folder; a link is followed only inside of it.
 * @param folder its real path
 * @throws where the file is over 4 MiB
 */
export async function readFileInside(folder: string, path: string): Promise<string | null> {
  const real = await realPathInside(folder, path);
  if (real === null || !(await Deno.lstat(real)).isFile) return null;
  using file = await Deno.open(real, { read: true });
  const info = await file.stat();
  // Whatever runs in the folder may have put a link there since the look above: what was opened must be what is there.
  const there = await Deno.lstat(real);
  const moved = await realPathInside(folder, path) !== real;
  if (moved || !there.isFile || there.ino !== info.ino || there.dev !== info.dev) return null;
  if (info.size > MAX_BYTES) {
    throw new Error(`Cannot read ${path}: it is over ${MAX_BYTES / 1024 / 1024} MiB`);
  }
  const bytes = new Uint8Array(info.size);
  let read = 0;
  while (read < bytes.length) {
    const n = await file.read(bytes.subarray(read));
    if (n === null) break;
    read += n;
  }
  return new TextDecoder().decode(bytes.subarray(0, read));
}

/**
 * Writes a file, with the folders on its way. A link in its place is replaced, never written through.
 * @throws where the path leaves the folder
 */
export async function writeFileInside(folder: string, path: string, text: string): Promise<void> {
  const parts = inside(path);
  if (parts === null) throw new Error(`Cannot write ${path}: it is outside of the workspace`);
  const name = parts.pop()!;
  let parent = folder;
  for (const part of parts) {
    parent += `/${part}`;
    await Deno.mkdir(parent).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
    if (!(await Deno.lstat(parent)).isDirectory) {
      throw new Error(`Cannot write ${path}: a link or a file is in its way`);
    }
  }
  // A new file that takes the old one's place: nobody reads half of it, and no link is followed.
  const fresh = `${parent}/.${crypto.randomUUID()}`;
  await Deno.writeTextFile(fresh, text, { createNew: true });
  await Deno.rename(fresh, `${parent}/${name}`);
}

/** No such file; a file where a folder should be; links that lead in a circle. */
const ABSENT = [Deno.errors.NotFound, Deno.errors.NotADirectory, Deno.errors.FilesystemLoop];

async function realPathInside(folder: string, path: string): Promise<string | null> {
  const parts = inside(path);
  if (parts === null) return null;
  try {
    const real = await Deno.realPath(`${folder}/${parts.join("/")}`);
    return real.startsWith(`${folder}/`) ? real : null;
  } catch (error) {
    if (ABSENT.some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

/** The path's parts, or null where it is absolute, empty, or climbs. */
function inside(path: string): string[] | null {
  if (path.startsWith("/") || path.includes("\0")) return null;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? null : parts;
}

/**
 * What the measured apps run: prints lines to its standard output when it is asked to, as a dev server would. Its own file,
 * for it is put into repositories as it is, and runs alone as the source of the baselines.
 *
 * | request | prints |
 * |---|---|
 * | `GET /print?lines=N` | N lines at once |
 * | `GET /print?rate=R&seconds=S` | R lines a second, evenly, one by one |
 * | `GET /print?text=T` | that one line |
 *
 * A line is `n <number> <time> <padding>`, 80 characters: numbers count on from 1 as long as the process lives, times are
 * microseconds since 1970, taken just before the bytes are written. The answer is JSON, `{lines, begun, ended}`.
 */
const LINE = 80;
/** Lines that share a time and a write: a pipe holds 64 KiB, and who writes more to it waits for its reader. */
const AT_ONCE = 32;

const encoder = new TextEncoder();
let number = 0;

const micros = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

function line(time: number): string {
  const text = `n ${++number} ${time} `;
  return text.padEnd(LINE - 1, "abcdefghijklmnopqrstuvwxyz ") + ".\n";
}

function write(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

function burst(lines: number): void {
  for (let left = lines; left > 0; left -= AT_ONCE) {
    const time = micros();
    let text = "";
    for (let i = Math.min(left, AT_ONCE); i > 0; i--) text += line(time);
    write(text);
  }
}

async function steadily(rate: number, seconds: number): Promise<void> {
  const begun = performance.now();
  for (let i = 0; i < rate * seconds; i++) {
    const wait = begun + i * 1000 / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    write(line(micros()));
  }
}

const port = Number(Deno.env.get("PORT") ?? 0);
Deno.serve({
  hostname: "127.0.0.1",
  port,
  onListen: (address) => write(`printer at ${address.port}\n`),
}, async (req) => {
  const { searchParams } = new URL(req.url);
  const before = number;
  const begun = micros();
  const text = searchParams.get("text");
  if (text !== null) write(text + "\n");
  burst(Number(searchParams.get("lines") ?? 0));
  await steadily(Number(searchParams.get("rate") ?? 0), Number(searchParams.get("seconds") ?? 0));
  return Response.json({ lines: number - before, begun, ended: micros() });
});

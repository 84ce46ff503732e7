/** Small apps that print lines continually, each with its number, so that a lost one is missed whoever lost it. */

export interface Noise {
  /** Milliseconds between two bursts. */
  readonly every: number;
  /** Lines of a burst, and characters of a line. */
  readonly lines: number;
  readonly length: number;
}

/** `tick <run> <number> …`: each run of the app has a name of its own and counts from 1. */
export const TICK = /^tick (\w+) (\d+) .*\.$/;

const server = ({ every, lines, length }: Noise) => `
const run = crypto.randomUUID().slice(0, 8);
const rest = "x".repeat(${length});
let count = 0;
setInterval(() => {
  let burst = "";
  for (let i = 0; i < ${lines}; i++) burst += \`tick \${run} \${++count} \${rest}.\\n\`;
  console.log(burst.slice(0, -1));
}, ${every});
Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) }, () => new Response(run));
`;

export const noisyApp = (noise: Noise): Record<string, string> => ({
  "deno.json": "{}",
  "main.ts": server(noise),
  "message.txt": "0",
});

/** One process, without the one that `deno task` would be beside it. */
export const START = "exec deno run --no-lock --allow-net --allow-env=PORT main.ts";

/** An install step that prints so many lines, ten each second. */
export const install = (lines: number): string =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i + 1)); echo "tick $$ $i of ${lines}."; sleep 0.1; done`;

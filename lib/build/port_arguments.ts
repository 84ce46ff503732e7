/** Most dev servers read PORT. Those that do not are told by arguments, so that nobody has to change a repository. */

/**
 * | the script's program | what it takes |
 * A script that sets a port itself, or goes on after the server with `&&`, is left alone.
 */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^vite(?: dev| serve)?(?: -|$)/, '--port "$PORT" --strictPort --host 127.0.0.1'],
  [/^astro dev(?: |$)/, '--port "$PORT" --host 127.0.0.1'],
  [/^ng serve(?: |$)/, '--port "$PORT" --host 127.0.0.1'],
  [/^webpack(?:-dev-server| serve)(?: |$)/, '--port "$PORT" --host 127.0.0.1'],
  [/^wrangler dev(?: |$)/, '--port "$PORT" --ip 127.0.0.1'],
  [/^parcel(?: serve)?(?: (?!build|watch)|$)/, '--port "$PORT" --host 127.0.0.1'],
];

/** @returns shell words, or "" where the script can do without */
export function portArguments(script: string): string {
  const line = script.trim().replace(/^(?:npx(?: -y)? |(?:\w+=\S+ )*)/, "");
  if (/(?:^|\s)(?:--port|-p)\b|[&|;]/.test(line)) return "";
  return PROGRAMS.find(([pattern]) => pattern.test(line))?.[1] ?? "";
}

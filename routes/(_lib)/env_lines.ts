/** Environment variables as people write them: one KEY=VALUE per line. */

export type EnvLines =
  | { readonly ok: true; readonly env: Record<string, string> }
  | { readonly ok: false; readonly error: string };

const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * Empty lines and those that begin with `#` are skipped; the value is everything after the first `=`, as it is, because
 * a quote or a space may belong to it. A name that comes twice has its last value. The error names the line and never
 * repeats it: it may hold a secret.
 */
export function parseEnvLines(text: string): EnvLines {
  const env: Record<string, string> = {};
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trimStart();
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    if (equals < 0) {
      return { ok: false, error: `Line ${index + 1} has no “=”. Write one KEY=VALUE per line.` };
    }
    const key = line.slice(0, equals).trimEnd();
    if (!KEY.test(key)) {
      return {
        ok: false,
        error: `The name in line ${
          index + 1
        } is not usable. Names are letters, digits and “_”, with no digit first.`,
      };
    }
    env[key] = line.slice(equals + 1);
  }
  return { ok: true, env };
}

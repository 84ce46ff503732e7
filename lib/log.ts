/** Structured log lines: one JSON object a line on stderr or stdout. Never pass a secret as a field. */

export function logInfo(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event, ...fields }));
}

/** The error's message and stack are for the operator; clients learn a code only. */
export function logError(
  event: string,
  error: unknown,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const what = error instanceof Error
    ? { error: error.message, stack: error.stack }
    : { error: String(error) };
  console.error(
    JSON.stringify({ time: new Date().toISOString(), level: "error", event, ...fields, ...what }),
  );
}

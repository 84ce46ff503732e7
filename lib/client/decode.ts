/** Text from the wire → events, skipping what this client does not know or cannot read. */
import { AppEvent, type WireEvent } from "../protocol/events.ts";

const KNOWN: ReadonlySet<string> = new Set(AppEvent.options.map((option) => option.shape.type.value));

/**
 * One event object. A type that is not known is a newer server's and no fault; a known one of the wrong shape is
 * logged. Neither may end the stream.
 */
export function decodeEvent(value: unknown, id?: string): WireEvent | null {
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type === "string" && !KNOWN.has(type)) return null;
  const parsed = AppEvent.safeParse(value);
  if (!parsed.success) {
    console.warn("Cannot read an event:", parsed.error.issues);
    return null;
  }
  const own = id ?? (value as { id?: unknown }).id;
  return typeof own === "string" && own !== "" ? { ...parsed.data, id: own } : parsed.data;
}

/** The events of a list, as WebSocket frames and JSON answers hold them. */
export function decodeList(values: unknown): WireEvent[] {
  if (!Array.isArray(values)) {
    console.warn("Cannot read a frame: it is no list of events.");
    return [];
  }
  return values.map((value) => decodeEvent(value)).filter((event) => event !== null);
}

/** JSON text → value; text that is no JSON is logged and gives undefined. */
export function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    console.warn("Cannot read a frame: it is no JSON.");
    return undefined;
  }
}

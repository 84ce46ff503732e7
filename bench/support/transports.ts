/** What streams are measured over, and how tables call them. */
export const TRANSPORTS = ["sse", "ws"] as const;
export type Transport = typeof TRANSPORTS[number];
export const NAMES: Readonly<Record<Transport, string>> = { sse: "SSE", ws: "WebSocket" };

/**
 * Close codes across the proxy. What arrives on one side cannot always be said on the other:
 *
 * | arrives | to the app, through the WebSocket API | to the visitor, from the server side |
 * |---|---|---|
 * | 1000, 3000–4999 | the same | the same |
 * | 1001–1003, 1007–1013 | no code: the API takes no other | the same |
 * | 1005 (none was given) | no code | no code |
 * | 1006 and the rest (the connection broke) | no code | 1006, which no frame may carry |
 *
 * The last one is meant so: the browser finds the frame broken and reports an unclean close, as it would without a proxy. The
 * client of Vite looks for a restarted server only after an unclean one.
 */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

const isFree = (code: number): boolean => code === 1000 || (code >= 3000 && code <= 4999);
const isStandard = (code: number): boolean =>
  (code >= 1001 && code <= 1003) || (code >= 1007 && code <= 1013);

export const toApp = ({ code }: Ending): number | undefined => isFree(code) ? code : undefined;

export function toVisitor({ code }: Ending): number | undefined {
  if (code === 1005) return undefined;
  return isFree(code) || isStandard(code) ? code : 1006;
}

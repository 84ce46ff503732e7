import type { PageResponse } from "./types.ts";

/** Answers with the route's own component, drawn from `data`. */
export function page<T>(
  data?: T,
  options?: { headers?: HeadersInit; status?: number },
): PageResponse<T> {
  return { data: data as T, headers: options?.headers, status: options?.status };
}

import { computed, signal } from "@preact/signals";
import { parse } from "devalue";
import { h } from "preact";
import { type Page, SlotContent } from "./page.ts";

/** The counterpart of the server's `serializeProps`: one graph for all islands. */
export function parseProps(json: string, page: Page): Record<string, unknown>[] {
  return parse(json, {
    Computed: ({ value }: { value: unknown }) => computed(() => value),
    Signal: ({ value }: { value: unknown }) => signal(value),
    Slot: ({ id }: { id: number }) => h(SlotContent, { page, id }),
  });
}

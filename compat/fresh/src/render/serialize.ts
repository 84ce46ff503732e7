import { computed, Signal } from "@preact/signals";
import { stringify } from "devalue";
import { SlotReference } from "./slots.ts";

// The package does not export the class, and signals hide their constructor to pass for vnodes.
const computedPrototype: object = Object.getPrototypeOf(computed(() => null));

/**
 * All islands' props as one graph, so that what two islands share is one thing in the browser too.
 * @throws when a prop is a function or something else that cannot travel.
 */
export function serializeProps(props: Record<string, unknown>[]): string {
  return stringify(props, {
    // Before Signal: a computed is one as well. It arrives as a constant, its inputs stay here.
    Computed: (value: unknown) => isComputed(value) && { value: value.peek() },
    Signal: (value: unknown) => value instanceof Signal && { value: value.peek() },
    Slot: (value: unknown) => value instanceof SlotReference && { id: value.id, prop: value.prop },
  });
}

function isComputed(value: unknown): value is Signal {
  return typeof value === "object" && value !== null &&
    Object.prototype.isPrototypeOf.call(computedPrototype, value);
}

import type { Island } from "../app/types.ts";
import type { AnyVNode } from "../shared/any_vnode.ts";
import type { HeadElement } from "../shared/head.ts";

/** A piece of server-drawn markup that was handed to an island as a prop. */
export interface Slot {
  id: number;
  prop: string;
  content: AnyVNode;
  shown: boolean;
}

/** What one render gathers: the islands met, their props, what goes into the head. */
export class RenderState {
  /** Marks places in the output that are filled in afterwards. Random, so that no content can forge it. */
  readonly mark: string = crypto.randomUUID();
  /** Vnodes that the hooks made themselves and must not take apart again. */
  readonly settled = new WeakSet<object>();
  readonly usedIslands = new Set<Island>();
  /** One entry per island on the page, serialised together so that shared signals stay shared. */
  readonly islandProps: Record<string, unknown>[] = [];
  readonly slots: Slot[] = [];
  /** Elements of the document's own head, by the number in their mark. */
  readonly headPlaces: HeadElement[] = [];
  /** What `<Head>` asked for. */
  readonly headExtras: HeadElement[] = [];
  headDepth = 0;
  hasHtml = false;
  hasHead = false;
  hasBody = false;

  constructor(
    readonly nonce: string,
    readonly pathname: string,
    readonly islands: Map<unknown, Island>,
  ) {}
}

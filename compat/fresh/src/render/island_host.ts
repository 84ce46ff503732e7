import { Fragment, h, type VNode } from "preact";
import { useContext } from "preact/hooks";
import type { Island } from "../app/types.ts";
import { endMarker, ISLAND, islandMarker } from "../shared/markers.ts";
import { comment } from "./document_hooks.ts";
import type { AnyVNode } from "../shared/any_vnode.ts";
import { InsideIsland } from "./inside_island.ts";
import type { RenderState } from "./render_state.ts";
import { rewrite } from "./rewrite.ts";
import { splitProps } from "./slots.ts";

interface HostProps {
  state: RenderState;
  island: Island;
  original: AnyVNode["type"];
  given: Record<string, unknown>;
  islandKey: unknown;
}

/** If the vnode is an island, lets a host draw it, which marks its extent and notes its props. */
export function hostIsland(state: RenderState, vnode: AnyVNode): void {
  const island = state.islands.get(vnode.type);
  if (island === undefined) return;
  const props = { state, island, original: vnode.type, given: vnode.props, islandKey: vnode.key };
  rewrite(vnode, IslandHost, props);
}

function IslandHost({ state, island, original, given, islandKey }: HostProps): VNode {
  if (useContext(InsideIsland)) return settled(state, original, given);
  const { drawn, sent } = splitProps(state, given);
  const index = state.islandProps.push(sent) - 1;
  state.usedIslands.add(island);
  return h(
    Fragment,
    null,
    comment(islandMarker(island.name, index, islandKey)),
    h(InsideIsland.Provider, { value: true }, settled(state, original, drawn)),
    comment(endMarker(ISLAND)),
  );
}

/** The island itself, marked as ours: otherwise the hook would host it again, for ever. */
function settled(state: RenderState, type: AnyVNode["type"], props: Record<string, unknown>): VNode {
  const vnode = h(type as never, props as never) as VNode;
  state.settled.add(vnode);
  return vnode;
}

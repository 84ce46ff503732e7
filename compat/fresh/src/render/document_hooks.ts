import { Fragment, h } from "preact";
import { type HeadElement, headElements } from "../shared/head.ts";
import type { AnyVNode } from "../shared/any_vnode.ts";
import { rewrite } from "./rewrite.ts";
import type { RenderState } from "./render_state.ts";

/** A comment in the output. `UNSTABLE_comment` is how preact-render-to-string writes one. */
export function comment(text: string): AnyVNode {
  return h(Fragment, { UNSTABLE_comment: text } as Record<string, unknown>);
}

/** Notes html, head and body, leaves places for what comes later, gives inline scripts and styles the nonce. */
export function beginDocumentElement(state: RenderState, vnode: AnyVNode): void {
  const { type, props } = vnode;
  if (type === "html") {
    state.hasHtml = true;
  } else if (type === "head") {
    state.hasHead = true;
    state.headDepth++;
    rewrite(vnode, type, { ...props, children: [props.children, comment(`${state.mark}:head`)] });
  } else if (type === "body") {
    state.hasBody = true;
    rewrite(vnode, type, { ...props, children: [props.children, comment(`${state.mark}:body`)] });
  } else {
    if (type === "style" || (type === "script" && props.src === undefined)) {
      rewrite(vnode, type, { ...props, nonce: props.nonce ?? state.nonce });
    }
    if (state.headDepth > 0) leavePlace(state, vnode);
  }
}

export function endDocumentElement(state: RenderState, vnode: AnyVNode): void {
  if (vnode.type === "head") state.headDepth--;
}

/** `<Head>` shows nothing where it stands; its children are kept for the document's head. */
export function collectHead(state: RenderState, vnode: AnyVNode): void {
  state.headExtras.push(...headElements(vnode.props.children).map((element) => withNonce(state, element)));
  rewrite(vnode, Fragment, {});
}

/** Puts a mark in the place of an element of the head, since a `<Head>` further down may replace it. */
function leavePlace(state: RenderState, vnode: AnyVNode): void {
  const [element] = headElements(h(vnode.type as string, { ...vnode.props, key: vnode.key }));
  if (element === undefined) return;
  const place = state.headPlaces.push(element) - 1;
  rewrite(vnode, Fragment, { UNSTABLE_comment: `${state.mark}:place:${place}` });
}

function withNonce(state: RenderState, element: HeadElement): HeadElement {
  const { type, props, vnode } = element;
  if (type !== "style" && !(type === "script" && props.src === undefined)) return element;
  return { ...element, vnode: h(type, { ...props, nonce: props.nonce ?? state.nonce, key: vnode.key }) };
}

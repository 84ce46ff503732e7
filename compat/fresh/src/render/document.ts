import { renderToString } from "preact-render-to-string";
import type { HeadElement } from "../shared/head.ts";
import type { RenderState } from "./render_state.ts";

/** The document: the rendered markup with its head filled, `bodyEnd` last in the body, and what was left out. */
export function assemble(state: RenderState, html: string, bodyEnd: string): string {
  const { filled, rest } = fillHead(state, html);
  let out = filled.replace(`<!--${state.mark}:body-->`, () => bodyEnd);
  if (!state.hasBody) out = `<body>${out}${bodyEnd}</body>`;
  out = out.replace(`<!--${state.mark}:head-->`, () => rest);
  // With html and body but no head this head ends up outside of html, as in Fresh: draw a head in your wrapper.
  if (!state.hasHead) out = `<head><meta charset="utf-8"/>${rest}</head>${out}`;
  if (!state.hasHtml) out = `<html>${out}</html>`;
  return `<!DOCTYPE html>${out}`;
}

/** Puts each head element in its place, or the one of a `<Head>` that replaces it; `rest` has no place of its own. */
function fillHead(state: RenderState, html: string): { filled: string; rest: string } {
  const extras = lastOfEach(state.headExtras);
  const filled = state.headPlaces.reduce((out, own, place) => {
    const replacement = extras.find(({ identity }) => identity !== null && identity === own.identity);
    if (replacement !== undefined) extras.splice(extras.indexOf(replacement), 1);
    return out.replace(
      `<!--${state.mark}:place:${place}-->`,
      () => renderToString((replacement ?? own).vnode),
    );
  }, html);
  return { filled, rest: extras.map(({ vnode }) => renderToString(vnode)).join("") };
}

function lastOfEach(elements: HeadElement[]): HeadElement[] {
  return elements.filter(({ identity }, index) =>
    identity === null || !elements.slice(index + 1).some((later) => later.identity === identity)
  );
}

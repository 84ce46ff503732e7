import type { RenderState } from "./render_state.ts";
import { serializeProps } from "./serialize.ts";

/** The one script of a page: imports the runtime and the islands in use, and starts them. */
export function bootScript(state: RenderState, basePath: string, runtime: string): string {
  const islands = [...state.usedIslands];
  const imports = islands.map(({ name, exportName, file }) => {
    const binding = exportName === "default"
      ? name
      : exportName === name
      ? `{ ${name} }`
      : `{ ${exportName} as ${name} }`;
    return `import ${binding} from ${inScript(basePath + file)};`;
  });
  const names = islands.map(({ name }) => name).join(", ");
  const props = inScript(serializeProps(state.islandProps));
  return `<script type="module" nonce="${state.nonce}">` +
    `import { boot } from ${inScript(basePath + runtime)};${
      imports.join("")
    }boot({ ${names} }, ${props});</script>`;
}

/** Lets the browser fetch the modules before it meets the script. */
export function preloadLink(state: RenderState, basePath: string, runtime: string): string {
  const files = new Set([runtime, ...[...state.usedIslands].map(({ file }) => file)]);
  return [...files].map((file) => `<${encodeURI(basePath + file)}>; rel="modulepreload"; as="script"`).join(
    ", ",
  );
}

/** A string literal that no content can leave: neither by `</script>` nor by `<!--`. */
function inScript(text: string): string {
  return JSON.stringify(text).replaceAll("<", "\\u003c");
}

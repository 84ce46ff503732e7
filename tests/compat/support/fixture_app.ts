import { DENO_JSON } from "./project.ts";

/** A small app of its own: pages with and without islands, a shared signal, slots, a static file. */
export const FIXTURE_APP: Record<string, string> = {
  "deno.json": DENO_JSON,
  "dev.ts": `import { Builder } from "fresh/dev";
const builder = new Builder();
if (Deno.args.includes("build")) await builder.build();
else await builder.listen(() => import("./main.ts"), { hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) });
`,
  "main.ts": `import { App, csp, staticFiles } from "fresh";
export const app = new App<unknown>()
  .use(staticFiles())
  .use(csp({ useNonce: true, csp: ["upgrade-insecure-requests"] }))
  .get("/api/ping", (ctx) => ctx.text("pong"))
  .fsRoutes();
`,
  "routes/_app.tsx": `import type { PageProps } from "fresh";
export default function App({ Component }: PageProps) {
  return <html lang="en"><head><meta charset="utf-8" /><title>Fixture</title></head><body><Component /></body></html>;
}
`,
  "routes/_404.tsx": `import { page } from "fresh";
export const handler = () => page(undefined, { status: 404 });
export default () => <h1>Nothing here</h1>;
`,
  "routes/static.tsx": `export default () => <h1>No island</h1>;\n`,
  "routes/boom.tsx": `export default function Boom() { throw new Error("boom"); }\n`,
  "routes/index.tsx": `import { signal } from "@preact/signals";
import Counter from "../islands/Counter.tsx";
import { Box } from "../islands/Box.tsx";
export default function Page() {
  const count = signal(3);
  return (
    <main>
      <Counter id="one" count={count} />
      <Counter id="two" count={count} />
      <Box id="open" open>
        <input id="field" disabled />
        <Counter id="three" count={count} />
      </Box>
      <Box id="closed" open={false}><i>hidden</i></Box>
    </main>
  );
}
`,
  "islands/Counter.tsx": `import type { Signal } from "@preact/signals";
import { Head, IS_BROWSER } from "fresh/runtime";
export default function Counter({ id, count }: { id: string; count: Signal<number> }) {
  return (
    <button id={id} data-browser={String(IS_BROWSER)} onClick={() => count.value++}>
      <Head><title>{\`Count \${count}\`}</title></Head>
      {count}
    </button>
  );
}
`,
  "islands/Box.tsx": `import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
export function Box({ id, open, children }: { id: string; open: boolean; children: ComponentChildren }) {
  const shown = useSignal(open);
  return (
    <div id={id}>
      <button class="toggle" onClick={() => shown.value = !shown.value}>toggle</button>
      {shown.value ? children : null}
    </div>
  );
}
`,
  "static/app.css": "a { color: red }",
};

import { asset } from "fresh/runtime";
import { define } from "./(_lib)/define.ts";
import { PageTop } from "../components/PageTop.tsx";

/** The document around every page. An error may come before anybody is known, so nothing in the state is taken for granted. */
export default define.layout(({ Component, state }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{state.title ? `${state.title} · Wakelight` : "Wakelight"}</title>
      <link rel="icon" type="image/svg+xml" href={asset("/favicon.svg")} />
      <link rel="stylesheet" href={asset("/styles.css")} />
    </head>
    <body>
      <a class="skip" href="#main">Skip to the content</a>
      <PageTop userName={state.identity?.user.name ?? null} />
      <main class="main" id="main" tabIndex={-1}>
        <Component />
      </main>
    </body>
  </html>
));

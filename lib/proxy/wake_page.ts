/** What a visitor sees while the app wakes (X6): it says what happens, and becomes the app when the app answers. */
import type { PreviewState } from "../protocol/states.ts";
import { RESERVED } from "./bridge.ts";
import { escapeHtml, type Page } from "./page.ts";

export const STATUS_PATH = `${RESERVED}status`;

/** One sentence for each state, `NAME` being the app. */
const SENTENCES: Record<PreviewState, string> = {
  uninitialized: "NAME has nothing to show yet. It is built when a commit is pushed.",
  idle: "Waking NAME…",
  sleeping: "Waking NAME…",
  building: "Building NAME…",
  running: "NAME is awake. Opening it…",
  error: "NAME could not be built or started. Its log in Wakelight says why.",
};

/** These do not pass by waiting, so the light stands still and the question is asked less often. */
const RESTING: readonly PreviewState[] = ["uninitialized", "error"];

export interface WakePageFacts {
  readonly name: string;
  readonly state: PreviewState;
  /** The app's page in the dashboard. */
  readonly dashboardUrl: string;
}

export function wakePage({ name, state, dashboardUrl }: WakePageFacts): Page {
  const sentences = Object.fromEntries(
    Object.entries(SENTENCES).map(([key, sentence]) => [key, sentence.replace("NAME", () => name)]),
  );
  const resting = RESTING.includes(state);
  // Without scripts the page asks by reloading; not where that would start a failing build again and again.
  const refresh = resting ? "" : `<noscript><meta http-equiv="refresh" content="3"></noscript>\n`;
  return {
    title: `${name} · Wakelight`,
    head: refresh,
    body: `<div class="light${resting ? " still" : ""}" id="light" aria-hidden="true"></div>
<h1 id="status" role="status" aria-live="polite">${escapeHtml(sentences[state])}</h1>
<p>Previews sleep until someone looks. This page opens the app as soon as it answers.</p>
<p><a href="${escapeHtml(dashboardUrl)}" target="_top">Open in Wakelight</a></p>`,
    script: follow({ sentences, away: "Wakelight does not answer. Trying again…" }),
  };
}

/** JSON that cannot end the script element it stands in. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

/** Asks each second and says what it hears. Setting the same text twice would have it read aloud twice. */
const follow = (texts: { sentences: Record<string, string>; away: string }): string =>
  `(() => {
  const { sentences, away } = ${inScript(texts)};
  const resting = ${inScript(RESTING)};
  const status = document.getElementById("status");
  const light = document.getElementById("light");
  const say = (text) => {
    if (text !== undefined && status.textContent !== text) status.textContent = text;
  };
  const ask = async () => {
    let wait = 1000;
    try {
      const answer = await fetch(${inScript(STATUS_PATH)}, { cache: "no-store" });
      const { ready, state } = await answer.json();
      if (ready) {
        say(sentences.running);
        return location.reload();
      }
      say(sentences[state]);
      light.classList.toggle("still", resting.includes(state));
      if (resting.includes(state)) wait = 5000;
    } catch {
      say(away);
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, 1000);
})();`;

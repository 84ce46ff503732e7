/** True where there is a page to draw on. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

/**
 * Runs a module until standard input ends: a test process that is killed cannot stop its servers, but its pipes end with
 * it. The argument is the module, relative to the project.
 */
const [entry] = Deno.args;

(async () => {
  for await (const _ of Deno.stdin.readable);
  Deno.exit(1);
})();

await import(new URL(`../../${entry}`, import.meta.url).href);

import { assert, assertEquals } from "@std/assert";
import { sandboxEnvironment } from "../../lib/sandbox/environment.ts";

const places = { home: "/r/a/.home", denoDir: "/r/.deno", denoFolder: "/opt/deno", ceiling: "/r" };

Deno.test("X8 nothing of the server's environment is lent but what is listed", () => {
  const server = {
    PATH: "/bin",
    TICKET_SECRET: "x",
    DATABASE_URL: "x",
    SSH_AUTH_SOCK: "x",
    npm_config_token: "x",
    HOME: "/root",
    NODE_OPTIONS: "x",
    DENO_AUTH_TOKENS: "x",
    SSL_CERT_FILE: "/certs",
    TZ: "Europe/Berlin",
  };
  assertEquals(sandboxEnvironment(server, places), {
    PATH: "/opt/deno:/bin",
    HOME: "/r/a/.home",
    LANG: "C.UTF-8",
    DENO_DIR: "/r/.deno",
    DENO_NO_UPDATE_CHECK: "1",
    FORCE_COLOR: "1",
    GIT_CEILING_DIRECTORIES: "/r",
    GIT_TERMINAL_PROMPT: "0",
    SSL_CERT_FILE: "/certs",
    TZ: "Europe/Berlin",
  });
});

Deno.test("X8 an address is lent only without a user in it", () => {
  const env = sandboxEnvironment({
    HTTPS_PROXY: "http://proxy.example:3128",
    HTTP_PROXY: "http://user:password@proxy.example:3128",
  }, places);
  assertEquals(env.HTTPS_PROXY, "http://proxy.example:3128");
  assert(!("HTTP_PROXY" in env));
});

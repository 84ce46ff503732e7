/**
 * nginx with nchan, where it is installed (Debian: `apt-get install nginx libnginx-mod-nchan`): what somebody would pick who
 * wants a fan-out server. One worker, in a temporary folder, without privileges.
 */
import { printerAt } from "../support/printer_app.ts";
import { cpuSeconds, freePort, isOnPath, LOAD_CORE, pin, pinned, SERVER_CORE } from "../support/process.ts";
import { startProgram, type Subject } from "../support/subject.ts";
import { until } from "../../tests/support/until.ts";

const MODULES = ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/lib/nginx/modules"];

/** Why it is not measured here, or null where it is. */
export function nchanMissing(): string | null {
  if (!isOnPath("nginx")) return "nginx is not installed: no figures of nchan";
  return moduleFile() === null ? "nginx has no nchan module here: no figures of nchan" : null;
}

function moduleFile(): string | null {
  for (const folder of MODULES) {
    try {
      return Deno.realPathSync(`${folder}/ngx_nchan_module.so`);
    } catch {
      // Not there.
    }
  }
  return null;
}

const configuration = (folder: string, port: number) => `
load_module ${moduleFile()};
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 1h;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  nchan_shared_memory_size 256M;
  server {
    listen 127.0.0.1:${port};
    location = /publish {
      nchan_publisher;
      nchan_channel_id bench;
      nchan_message_buffer_length 20000;
      nchan_message_timeout 5m;
    }
    location = /subscribe {
      nchan_subscriber;
      nchan_channel_id bench;
      nchan_subscriber_first_message newest;
    }
  }
}
`;

/** @throws where `nchanMissing` says why */
export async function startNchan(transport: "sse" | "ws"): Promise<Subject> {
  const folder = await Deno.makeTempDir({ prefix: "wakelight-nchan-" });
  const port = freePort();
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(folder, port));
  const [command, ...args] = pinned(SERVER_CORE, ["nginx", "-p", folder, "-c", `${folder}/nginx.conf`]);
  const nginx = new Deno.Command(command, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  await until("nginx listens", async () => {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  }, { about: () => Deno.readTextFile(`${folder}/error.log`) });
  const publisher = await startProgram<{ printer: number }>(
    new URL("nchan_publisher.ts", import.meta.url),
    [String(port), transport],
  );
  await pin(publisher.pid, LOAD_CORE);
  return {
    name: "nchan",
    port,
    path: "/subscribe",
    bearers: [],
    cursors: "any",
    printer: printerAt(publisher.ready.printer),
    pid: nginx.pid,
    cpuSeconds: () => cpuSeconds(nginx.pid),
    async [Symbol.asyncDispose]() {
      await publisher.end();
      nginx.kill("SIGTERM");
      await nginx.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

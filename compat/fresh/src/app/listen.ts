export type ListenOptions = Partial<Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem> & {
  remoteAddress?: string;
};

const FIRST_PORT = 8000;
const LAST_PORT = 8019;

/** Serves on the given port, or on the first free one of 8000 to 8019. */
export function listen(
  handler: Deno.ServeHandler<Deno.NetAddr>,
  { remoteAddress, ...options }: ListenOptions,
  basePath: string,
): Deno.HttpServer<Deno.NetAddr> {
  const onListen = options.onListen ?? ((address) => announce(address, basePath, remoteAddress));
  const serve = (port: number) => Deno.serve({ ...options, port, onListen }, handler);
  if (options.port !== undefined) return serve(options.port);
  for (let port = FIRST_PORT; port < LAST_PORT; port++) {
    try {
      return serve(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return serve(LAST_PORT);
}

function announce({ hostname, port }: Deno.NetAddr, basePath: string, remoteAddress?: string): void {
  const everywhere = hostname === "0.0.0.0" || hostname === "::";
  const host = everywhere ? "localhost" : hostname.includes(":") ? `[${hostname}]` : hostname;
  console.log(`\n🍋 Fresh ready\n    Local:  http://${host}:${port}${basePath}/`);
  if (remoteAddress !== undefined) console.log(`    Remote: ${remoteAddress}`);
  console.log();
}

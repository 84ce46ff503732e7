/**
 * TCP connections by the C library's own calls, with nothing between: a load that has to be faster than the server it
 * loads. Deno's connections cost it two turns of its event loop an answer, so that on a core of its own it is slower than
 * an empty `Deno.serve`. Blocks its thread while it waits, so it is for processes that do nothing else. Linux with glibc.
 */
const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const AF_INET = 2, SOCK_STREAM = 1, IPPROTO_TCP = 6, TCP_NODELAY = 1, MSG_NOSIGNAL = 0x4000;
const EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLLIN = 1;
/** Sockets of one answer of `wait`. */
const AT_ONCE = 256;

/** A connection, as the kernel numbers it. */
export type Socket = number;

export interface RawSockets {
  /** To 127.0.0.1. */
  connect(port: number): Socket;
  /** All of it. @throws where the connection has ended, or the other side does not take it: send little */
  send(socket: Socket, bytes: Uint8Array<ArrayBuffer>): void;
  /** After `wait` has named it. @returns how many bytes there were; 0 where the other side has closed it */
  receive(socket: Socket, buffer: Uint8Array<ArrayBuffer>): number;
  /** The sockets that have something to be read, or have ended; none after so many milliseconds. */
  wait(ms: number): Iterable<Socket>;
  close(socket: Socket): void;
  /** `wait` names this socket, or another file that can be read; a new connection is watched from the beginning. */
  watch(socket: Socket): void;
  /** `wait` names it no more. */
  unwatch(socket: Socket): void;
}

export function openRawSockets(): RawSockets {
  if (Deno.build.os !== "linux") throw new Error("Raw sockets are made for Linux only");
  const { symbols: libc } = Deno.dlopen("libc.so.6", SYMBOLS);
  /** @throws with the number of the error, as `errno.h` has it: 104 is a reset */
  const checked = (what: string, result: number): number => {
    if (result >= 0) return result;
    const errno = new Deno.UnsafePointerView(libc.__errno_location()!).getInt32();
    throw new Error(`${what} failed: error ${errno}`);
  };
  const epoll = checked("epoll_create1", libc.epoll_create1(0));
  // x86-64 packs `epoll_event` to 12 bytes, others align its second field.
  const [size, dataAt] = Deno.build.arch === "x86_64" ? [12, 4] : [16, 8];
  const events = new DataView(new ArrayBuffer(size * AT_ONCE));
  const eventBytes = new Uint8Array(events.buffer);

  function control(operation: number, socket: Socket): void {
    const event = new DataView(new ArrayBuffer(size));
    event.setUint32(0, EPOLLIN, true);
    event.setInt32(dataAt, socket, true);
    checked("epoll_ctl", libc.epoll_ctl(epoll, operation, socket, new Uint8Array(event.buffer)));
  }

  return {
    connect(port) {
      const socket = checked("socket", libc.socket(AF_INET, SOCK_STREAM, 0));
      const address = new Uint8Array(16);
      new DataView(address.buffer).setUint16(0, AF_INET, true);
      address.set([port >> 8, port & 255, 127, 0, 0, 1], 2);
      checked("connect", libc.connect(socket, address, address.length));
      const yes = new Uint8Array([1, 0, 0, 0]);
      checked("setsockopt", libc.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, yes, yes.length));
      control(EPOLL_CTL_ADD, socket);
      return socket;
    },
    send(socket, bytes) {
      const sent = Number(libc.send(socket, bytes, BigInt(bytes.length), MSG_NOSIGNAL));
      if (sent !== bytes.length) throw new Error(`Sent ${sent} of ${bytes.length} bytes`);
    },
    receive: (socket, buffer) => checked("recv", Number(libc.recv(socket, buffer, BigInt(buffer.length), 0))),
    *wait(ms) {
      const count = checked("epoll_wait", libc.epoll_wait(epoll, eventBytes, AT_ONCE, Math.ceil(ms)));
      for (let i = 0; i < count; i++) yield events.getInt32(i * size + dataAt, true);
    },
    close: (socket) => void libc.close(socket),
    watch: (socket) => control(EPOLL_CTL_ADD, socket),
    unwatch: (socket) => control(EPOLL_CTL_DEL, socket),
  };
}

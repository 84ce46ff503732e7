/** An app's answer, as it comes. */
import { type AnswerHead, endOfHead, parseAnswerHead } from "./answer_head.ts";
import { BadAnswer } from "./bad_answer.ts";
import { type BodyDecoder, createBodyDecoder } from "./body_decoder.ts";
import type { Connection } from "./connection.ts";
import { type Field, valueOf } from "./fields.ts";
import { framingOf, keepsAlive } from "./framing.ts";
import { fromLatin1 } from "./latin1.ts";

export interface Answer {
  readonly status: number;
  readonly fields: readonly Field[];
  /**
   * Whole where it came with the head; null where there is none. An unread stream keeps its connection. What a stream gives
   * is lent: it is good until the next piece is asked for, and who keeps it longer copies it.
   */
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> | null;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of a head and all interim answers before it. */
const MAX_HEAD = 256 * 1024;
/** Bytes of one read from a body: few at first, more while each is filled. */
const LEAST = 16 * 1024;
const MOST = 256 * 1024;

/**
 * @param method of the request
 * @param onEnd called once when the answer is complete, with true where its connection can take another request
 * @throws {HungUp} where the app ends the connection before the head is complete
 * @throws {BadAnswer} where it is no answer
 */
export async function receiveAnswer(
  connection: Connection,
  method: string,
  onEnd: (reusable: boolean) => void,
): Promise<Answer> {
  const { head, rest } = await receiveHead(connection);
  const framing = framingOf(method, head);
  if (framing === null) throw new BadAnswer("Its length is told in two ways");
  const decoder = createBodyDecoder(framing);
  const length = decoder.decode(rest);
  const end = () => onEnd(decoder.surplus === 0 && keepsAlive(head));
  const { status } = head;
  const fields = lengthOnce(head.fields);
  if (!decoder.done) {
    return { status, fields, body: streamOf(connection, rest.slice(0, length), decoder, end) };
  }
  const body = framing.kind === "none" ? null : rest.slice(0, length);
  end();
  return { status, fields, body };
}

/** Equal lengths are one length, and the visitor shall be told so: not everybody takes two. */
function lengthOnce(fields: readonly Field[]): readonly Field[] {
  const told = valueOf(fields, "content-length");
  if (!told?.includes(",")) return fields;
  const others = fields.filter(([name]) => name !== "content-length");
  return [...others, ["content-length", told.split(",")[0].trim()]];
}

async function receiveHead(connection: Connection): Promise<{ head: AnswerHead; rest: Bytes }> {
  let bytes = await connection.first();
  let searched = 0;
  let interim = 0;
  for (;;) {
    const end = endOfHead(bytes, searched);
    if (end === -1) {
      searched = Math.max(0, bytes.length - 3);
      bytes = await more(connection, bytes, MAX_HEAD - interim);
      continue;
    }
    const head = parseAnswerHead(fromLatin1(bytes.subarray(0, end)));
    if (head === null) throw new BadAnswer("Its head is malformed");
    bytes = bytes.subarray(end);
    // Nobody asked for a switch of protocols.
    if (head.status === 101) throw new BadAnswer("It switches to another protocol");
    if (head.status >= 200) return { head, rest: bytes };
    searched = 0;
    interim += end;
  }
}

/** What is there and what comes next, in an array twice as large where it has to be. */
async function more(connection: Connection, bytes: Bytes, max: number): Promise<Bytes> {
  if (bytes.length >= max) throw new BadAnswer("Its head is too large");
  const larger = new Uint8Array(Math.min(Math.max(2 * bytes.length, LEAST), max));
  larger.set(bytes);
  const length = await connection.read(larger.subarray(bytes.length)).catch(() => 0);
  if (length === 0) throw new BadAnswer("Its head breaks off");
  return larger.subarray(0, bytes.length + length);
}

/** @param come what came of it with the head, without its framing */
function streamOf(
  connection: Connection,
  come: Bytes,
  decoder: BodyDecoder,
  end: () => void,
): ReadableStream<Bytes> {
  let first: Bytes | null = come.length > 0 ? come : null;
  let size = LEAST;
  let spare: Bytes | null = null;
  let lent: Bytes | null = null;

  /** The next piece; null at the end. */
  async function next(): Promise<Bytes | null> {
    // The server has its own hold of the bytes by now. Left to the collector, each second of a large answer would leave it
    // hundreds of MB, and it would go through the whole heap several times to find them.
    lent?.buffer.transfer(0);
    lent = null;
    while (!decoder.done) {
      const buffer: Bytes = spare ?? new Uint8Array(Math.min(size, decoder.wanted));
      const received = await connection.read(buffer);
      if (received === 0 && !decoder.untilClose) throw brokenOff();
      if (received === 0) break;
      const length = decoder.decode(buffer.subarray(0, received));
      if (received === buffer.length) size = Math.min(4 * size, MOST);
      // What trickles is copied, or each line of it would hold a large array until it has been sent.
      const isSmall = length < buffer.length / 4;
      spare = isSmall ? buffer : null;
      lent = isSmall ? null : buffer;
      if (length > 0) return isSmall ? buffer.slice(0, length) : buffer.subarray(0, length);
    }
    return null;
  }

  // Without a queue of its own: it is read from the app as fast as the visitor takes it.
  return new ReadableStream({
    async pull(controller) {
      try {
        const piece = first ?? await next();
        first = null;
        if (piece !== null) controller.enqueue(piece);
        if (piece !== null && !decoder.done) return;
        controller.close();
        end();
      } catch {
        connection.close();
        controller.error(brokenOff());
      }
    },
    cancel: () => connection.close(),
  }, { highWaterMark: 0 });
}

/** Goes to the console of the server, which has to break off as well; where in the proxy it was noticed helps nobody. */
function brokenOff(): Error {
  const error = new Error("An app has broken off its answer");
  error.stack = undefined;
  return error;
}

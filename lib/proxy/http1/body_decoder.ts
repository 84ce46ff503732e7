/** Takes the framing off a body while it comes. */
import { createChunkedDecoder } from "./chunked.ts";
import type { Framing } from "./framing.ts";

export interface BodyDecoder {
  /**
   * Moves the payload to the front of what came, so that no chunk, however small, costs an array of its own.
   * @returns how many bytes the payload has
   * @throws {BadAnswer} where the framing is broken
   */
  decode(bytes: Uint8Array): number;
  /** True when the body is complete. */
  readonly done: boolean;
  /** How many bytes came after the end; they belong to nothing. */
  readonly surplus: number;
  /** How many bytes there are still to come, as far as that is known. */
  readonly wanted: number;
  /** True where the end of the connection is the end of the body. */
  readonly untilClose: boolean;
}

export function createBodyDecoder(framing: Framing): BodyDecoder {
  if (framing.kind === "chunked") return createChunkedDecoder();
  if (framing.kind === "close") return UNTIL_CLOSE;
  return new LengthDecoder(framing.kind === "none" ? 0 : framing.length);
}

const UNTIL_CLOSE: BodyDecoder = {
  decode: (bytes) => bytes.length,
  done: false,
  surplus: 0,
  wanted: Infinity,
  untilClose: true,
};

/** A class, because getters of an object literal are made anew for each answer. */
class LengthDecoder implements BodyDecoder {
  readonly untilClose = false;
  surplus = 0;

  constructor(public wanted: number) {}

  decode(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.wanted);
    this.wanted -= taken;
    this.surplus += bytes.length - taken;
    return taken;
  }

  get done(): boolean {
    return this.wanted === 0;
  }
}

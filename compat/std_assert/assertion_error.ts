/** What a failed assertion throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Throws with the caller's own words after ours. */
export function failWith(message: string, own?: string): never {
  throw new AssertionError(own === undefined ? message : `${message.replace(/\.$/, "")}: ${own}`);
}

/** What an app sent is no answer in HTTP/1.1. The message is for developers of the proxy; visitors see a 502. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

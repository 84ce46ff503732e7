/** A Date whose present is `now()`. It shares the real prototype, so `instanceof` holds in both directions. */
export function fakeDate(RealDate: typeof Date, now: () => number): typeof Date {
  return new Proxy(RealDate, {
    construct(target, args, newTarget) {
      return Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget);
    },
    apply(target) {
      return new target(now()).toString();
    },
    get(target, property, receiver) {
      return property === "now" ? now : Reflect.get(target, property, receiver);
    },
  });
}

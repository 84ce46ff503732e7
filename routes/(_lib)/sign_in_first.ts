/** Where a page sends somebody whom it does not know. 303, so that a form's POST becomes a GET. */
export const signInFirst = (): Response =>
  new Response(null, { status: 303, headers: { location: "/sign-in" } });

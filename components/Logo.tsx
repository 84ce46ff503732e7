/** The mark: a light that comes up over the edge. Decoration only, the name stands beside it. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect class="logo-night" width="32" height="32" rx="7" />
      <path class="logo-light" d="M8 21a8 8 0 0 1 16 0z" />
      <path class="logo-rays" d="M16 6v3M7 9.5l2 2M25 9.5l-2 2" />
      <path class="logo-edge" d="M5 25h22" />
    </svg>
  );
}

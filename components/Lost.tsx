interface LostProps {
  title: string;
  text: string;
}

/** The page for what is not there, or did not work. */
export function Lost({ title, text }: LostProps) {
  return (
    <section class="narrow">
      <h1>{title}</h1>
      <p>{text}</p>
      <p>
        <a class="button" href="/">To all previews</a>
      </p>
    </section>
  );
}

interface WebhookSetupProps {
  githubUrl: string;
  genericUrl: string;
  secret: string;
}

/** How a Git host learns where to report pushes. */
export function WebhookSetup({ githubUrl, genericUrl, secret }: WebhookSetupProps) {
  return (
    <section class="card stack" aria-labelledby="webhook">
      <h2 id="webhook">Webhook</h2>
      <p>With a webhook, Wakelight learns of each push to the branch. Nothing is built while nobody looks.</p>
      <ol class="steps">
        <li>
          On GitHub, open the repository’s <strong>Settings</strong>, then <strong>Webhooks</strong>, then
          {" "}
          <strong>Add webhook</strong>.
        </li>
        <li>
          Enter the payload URL below, choose the content type{" "}
          <code>application/json</code>, and enter the secret.
        </li>
        <li>Leave “Just the push event” selected, and save.</li>
      </ol>
      <dl class="facts">
        <div>
          <dt>Payload URL for GitHub</dt>
          <dd>
            <code>{githubUrl}</code>
          </dd>
        </div>
        <div>
          <dt>Payload URL for any other sender</dt>
          <dd>
            <code>{genericUrl}</code>
          </dd>
        </div>
        <div>
          <dt>Secret</dt>
          <dd>
            <details>
              <summary>Show the secret</summary>
              <code>{secret}</code>
            </details>
          </dd>
        </div>
      </dl>
    </section>
  );
}

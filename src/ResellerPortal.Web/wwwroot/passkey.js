// Passkeys on the sign-in and account pages. A form with data-passkey="ask" signs in with a passkey, and one with
// data-passkey="new" creates one. The browser's credential is stored in the form's hidden field, and the form is submitted.
document.addEventListener("submit", async event => {
  const form = event.target.closest("form[data-passkey]");
  if (!form || form.dataset.done) return;
  event.preventDefault();
  const say = form.querySelector("[role=status]");
  try {
    const isNew = form.dataset.passkey === "new";
    const answer = await fetch(`/account/passkeys/${isNew ? "new" : "ask"}`, {
      method: "POST",
      headers: { RequestVerificationToken: form.querySelector("[name=__RequestVerificationToken]").value },
    });
    if (!answer.ok) throw new Error(await answer.text());
    const options = await answer.json();
    const credential = isNew
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.querySelector("[name=credential]").value = JSON.stringify(credential);
    form.dataset.done = "yes";
    form.requestSubmit();
  } catch (failure) {
    say.textContent = failure.name === "NotAllowedError"
      ? "No passkey was chosen. Try again."
      : "The passkey could not be used: " + failure.message;
  }
});

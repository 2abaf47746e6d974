// Passkeys on the sign-in page and on the account's page. A form marked data-passkey="ask" signs in with one, one marked
// data-passkey="new" makes one: what the browser answers goes into the form's hidden field, and the form is sent.
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
    say.textContent = failure.name === "NotAllowedError" ? "Nothing was chosen. Try again." : "This did not work: " + failure.message;
  }
});

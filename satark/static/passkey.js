"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const opened = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: options.excludeCredentials.map(named) }),
    ...(options.allowCredentials && { allowCredentials: options.allowCredentials.map(named) }),
  });
  const named = (one) => ({ ...one, id: bytes(one.id) });
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const told = (credential) => ({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(
      parts.filter((part) => credential.response[part]).map((part) => [part, text(credential.response[part])]),
    ),
  });

  for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
    form.hidden = false;
    form.nextElementSibling.hidden = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [button, alert] = [form.querySelector("button"), form.querySelector("[role=alert]")];
      button.disabled = true;
      alert.hidden = true;
      try {
        const publicKey = opened(JSON.parse(form.dataset.options));
        const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
        form.elements.credential.value = JSON.stringify(told(credential));
        HTMLFormElement.prototype.submit.call(form);
      } catch {
        alert.hidden = false;
        button.disabled = false;
      }
    });
  }
})();

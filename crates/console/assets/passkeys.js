// Passkeys. A form with data-passkey asks the authenticator when it is sent, and goes on with the answer.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const listed = (form) => (form.dataset.credentials ?? "").split(" ").filter(Boolean)
    .map((id) => ({ type: "public-key", id: bytes(id) }));

  async function create(form) {
    const made = await navigator.credentials.create({ publicKey: {
      challenge: bytes(form.dataset.challenge),
      rp: { id: form.dataset.party, name: "Countersign" },
      user: {
        id: new TextEncoder().encode(form.dataset.userId),
        name: form.dataset.userName,
        displayName: form.dataset.userTitle,
      },
      pubKeyCredParams: [{ type: "public-key", alg: -8 }, { type: "public-key", alg: -7 }],
      authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
      attestation: "none",
      excludeCredentials: listed(form),
    } });
    return { attestation: made.response.attestationObject, client_data: made.response.clientDataJSON };
  }

  async function get(form) {
    const made = await navigator.credentials.get({ publicKey: {
      challenge: bytes(form.dataset.challenge),
      rpId: form.dataset.party,
      allowCredentials: listed(form),
      userVerification: "required",
    } });
    const { authenticatorData, clientDataJSON, signature } = made.response;
    return { credential: made.rawId, authenticator_data: authenticatorData, client_data: clientDataJSON, signature };
  }

  async function answer(event) {
    const form = event.currentTarget;
    event.preventDefault();
    const said = form.querySelector("[data-passkey-said]");
    said.textContent = "Waiting for your passkey…";
    try {
      const parts = await (form.dataset.passkey === "create" ? create(form) : get(form));
      for (const [name, value] of Object.entries(parts)) form.elements.namedItem(name).value = text(value);
      said.textContent = "";
      form.submit();
    } catch (error) {
      said.textContent = `Nothing was sent: ${error.name === "NotAllowedError"
        ? "the passkey was not used, or it took too long." : error.message}`;
    }
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.addEventListener("submit", answer);
    for (const it of form.querySelectorAll("[data-with-script]")) it.hidden = false;
    for (const it of form.querySelectorAll("[data-without-script]")) it.hidden = true;
  }
})();

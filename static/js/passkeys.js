// Shows what needs a passkey where the browser knows them, and says what went wrong. The rest is allauth's.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential) return;
  for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-no-passkeys]")) part.hidden = true;
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.querySelector("[data-passkey-error]");
  const isKnown = event.detail.exception.name === "InvalidStateError";
  place.textContent = isKnown ? place.dataset.known : place.dataset.failed;
});

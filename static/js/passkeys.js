// Leads the buttons that ask the device for a passkey. The ceremonies are django-allauth's own
// (mfa/js/webauthn.js); this says in the page's words what is missing, and what went wrong.

const HIDDEN = "govuk-!-display-none";
const part = document.querySelector("[data-passkey]");
const message = part?.querySelector("[data-passkey-message]");

if (part) {
  const reason = hindrance();
  if (reason) tell(reason);
  else prepare();
}

function hindrance() {
  if (!window.PublicKeyCredential || !navigator.credentials) return "unsupported";
  return location.origin === part.dataset.origin ? "" : "elsewhere";
}

function prepare() {
  const button = part.querySelector("[data-passkey-button]");
  button.classList.remove(HIDDEN);
  button.addEventListener("click", () => message.classList.add(HIDDEN));
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    tell(event.detail.exception?.name === "InvalidStateError" ? "known" : "failed");
  });
  const ids = { ...part.dataset };
  window.allauth.webauthn.forms[ids.passkey]({
    ids: {
      signup: button.id,
      login: button.id,
      authenticate: button.id,
      credential: ids.credential,
      data: ids.options,
    },
  });
}

function tell(reason) {
  message.textContent = message.dataset[reason];
  message.classList.remove(HIDDEN);
}

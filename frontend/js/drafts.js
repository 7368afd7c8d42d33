// Keeps what was typed into a form when the session is about to end, or when it is sent and the
// session turns out to have ended, in this tab only; and puts it back when the same person opens
// the same page again.

const KEY = "portal.draft";
const form = () => document.querySelector("form[data-keep-draft]");
const owner = () => document.body.dataset.user ?? "";

export function keepDrafts() {
  const kept = read();
  if (kept && owner() && kept.owner !== owner()) return forget();
  if (kept?.sent && !isRefused()) return forget(); // it went through
  if (kept?.sent) write({ ...kept, sent: false });
  const target = form();
  if (!kept || !target || !owner() || kept.path !== location.pathname) return;
  forget();
  // An answer with errors already carries what was typed.
  if (!document.querySelector(".govuk-error-summary") && restore(target, kept.fields)) {
    document.querySelector("[data-draft-restored]")?.removeAttribute("hidden");
  }
}

// The answer is the sign-in or a page of error: what was sent was not taken.
function isRefused() {
  return !owner() || document.querySelector("[data-form-refused]") !== null;
}

export function saveDraft({ sent = false } = {}) {
  const target = form();
  if (!target || !owner()) return;
  const fields = [...target.elements].filter(isKept).map(({ name, type, value, checked }) => ({
    name,
    value,
    checked: type === "radio" || type === "checkbox" ? checked : undefined,
  }));
  write({ owner: owner(), path: location.pathname, fields, sent });
}

export function keepWhatIsSent() {
  form()?.addEventListener("submit", () => saveDraft({ sent: true }));
}

function write(draft) {
  sessionStorage.setItem(KEY, JSON.stringify(draft));
}

export function forget() {
  sessionStorage.removeItem(KEY);
}

function isKept(field) {
  return field.name && !["hidden", "password", "submit", "button", "file"].includes(field.type);
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function restore(target, fields) {
  let changed = false;
  for (const { name, value, checked } of fields) {
    for (const field of [...target.elements].filter((each) => each.name === name && isKept(each))) {
      changed = put(field, value, checked) || changed;
    }
  }
  return changed;
}

function put(field, value, checked) {
  if (checked !== undefined) {
    if (field.value !== value || field.checked === checked) return false;
    field.checked = checked;
  } else {
    if (field.value === value) return false;
    field.value = value;
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

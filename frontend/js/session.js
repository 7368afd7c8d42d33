// Warns two minutes before the session ends, and keeps what was typed.
import { forget, saveDraft } from "./drafts.js";

const WARN_BEFORE_MS = 120_000;

export function watchSession() {
  const warning = document.querySelector("[data-session]");
  if (!warning) return;
  const lasts = Number(warning.dataset.seconds) * 1000;
  let ends = Date.now() + lasts;
  const renew = warning.querySelector("[data-renew]");
  renew.addEventListener("click", async () => {
    const answer = await fetch(warning.dataset.url, { method: "HEAD", redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return end(warning);
    ends = Date.now() + lasts;
    forget();
    warning.hidden = true;
  });
  // The clock is asked again each second: a sleeping laptop's timers come late.
  setInterval(() => check(warning, ends), 1000);
}

function check(warning, ends) {
  const left = ends - Date.now();
  if (left <= 0) end(warning);
  else if (left <= WARN_BEFORE_MS && warning.hidden) warn(warning);
}

function warn(warning) {
  saveDraft();
  document.addEventListener("input", saveDraft);
  warning.hidden = false;
  warning.querySelector("[data-renew]").focus();
}

function end(warning) {
  if (warning.dataset.state === "ended") return;
  warning.dataset.state = "ended";
  saveDraft();
  warning.hidden = false;
  warning.querySelector("[data-before]").hidden = true;
  warning.querySelector("[data-after]").hidden = false;
}

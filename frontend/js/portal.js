// Everything here only eases what works without it.
import {
  Button,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "govuk-frontend";

import { watchDifference } from "./difference.js";
import { keepDrafts, keepWhatIsSent } from "./drafts.js";
import { foldOnSmallScreens } from "./fold.js";
import { watchSession } from "./session.js";

for (const component of [
  Button,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
]) {
  createAll(component);
}

document.querySelectorAll("[data-difference]").forEach(watchDifference);
document.querySelectorAll("[data-print]").forEach((button) => {
  button.addEventListener("click", () => window.print());
});
document.querySelectorAll("[data-fold]").forEach(foldOnSmallScreens);
keepDrafts();
keepWhatIsSent();
watchSession();

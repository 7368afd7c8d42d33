"use strict";

// What Swagger UI leaves to be mended: a link within a button, where one of the two is enough (the
// button opens the operation and puts it into the address), and a list without a name.
const mend = () => {
  for (const link of document.querySelectorAll(".opblock-summary-control a[href]")) {
    link.removeAttribute("href");
  }
  // An example wider than its box is scrolled by the keyboard, too.
  for (const example of document.querySelectorAll("pre.microlight:not([tabindex])")) {
    example.setAttribute("tabindex", "0");
  }
  document.getElementById("servers")?.setAttribute("aria-label", "Server");
};

new MutationObserver(mend).observe(document.getElementById("swagger-ui"), {
  childList: true,
  subtree: true,
});

// Wakes the components of the page and of every part that htmx brings in later.
import { initAll as wakeGovuk } from "./vendor/govuk-frontend.min.js";
import { initAll as wakeMoj } from "./vendor/moj-frontend.min.js";

wakeGovuk();
wakeMoj();

document.body.addEventListener("htmx:afterSwap", (event) => {
  wakeGovuk({ scope: event.detail.target });
  wakeMoj({ scope: event.detail.target });
});

// A refusal that htmx put in is read aloud and brought into view.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "refusal") {
    event.detail.target.querySelector("[role=alert]")?.focus();
  }
});

// Menus close on Escape and give the focus back.
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.user-menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

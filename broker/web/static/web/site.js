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

// What refreshes by itself waits while somebody is in it.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const verb = event.detail.requestConfig?.verb;
  const calledFor = event.detail.requestConfig?.triggeringEvent?.type;
  if (verb === "get" && !calledFor && event.detail.target.contains(document.activeElement)) {
    event.detail.shouldSwap = false;
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

// Fields that apply only to some answers show, and are posted, only then.
function answersOf(form, name) {
  const boxes = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const tickable = (box) => box.type === "radio" || box.type === "checkbox";
  return boxes.filter((box) => !tickable(box) || box.checked).map((box) => box.value);
}

function showWhatApplies(form) {
  for (const field of form.querySelectorAll("[data-when-field]")) {
    const wanted = field.dataset.whenAnyOf.split(" ");
    const given = answersOf(form, field.dataset.whenField);
    const applies = wanted.some((each) => given.includes(each) || (each === "false" && !given.length));
    field.hidden = !applies;
    for (const box of field.querySelectorAll("input, select, textarea")) {
      box.disabled = !applies;
    }
  }
}

for (const form of document.querySelectorAll("form:has([data-when-field])")) {
  showWhatApplies(form);
  form.addEventListener("change", () => showWhatApplies(form));
}

// "Add another" copies the last, empty row of a list under the next number.
function addRow(rows) {
  const last = rows.lastElementChild;
  const next = rows.children.length;
  const fresh = last.cloneNode(true);
  const renamed = (text) => text.replaceAll(`${rows.dataset.rows}-${next - 1}`, `${rows.dataset.rows}-${next}`);
  for (const part of [fresh, ...fresh.querySelectorAll("*")]) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, renamed(part.getAttribute(name)));
    }
    if (part.matches("input:not([type=hidden], [type=radio], [type=checkbox]), textarea")) part.value = "";
    if (part.matches("[type=radio], [type=checkbox]")) part.checked = false;
  }
  rows.append(fresh);
  fresh.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

for (const button of document.querySelectorAll("[data-more]")) {
  button.hidden = false;
  const rows = document.querySelector(`[data-rows="${CSS.escape(button.dataset.more)}"]`);
  button.addEventListener("click", () => addRow(rows));
}

// Sends a form without leaving the page, if what follows is this page again.

import { fetchPage, place } from "./page.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-swift]") || event.defaultPrevented) return;
  event.preventDefault();
  if (!form.hasAttribute("aria-busy")) send(form, event.submitter);
});

async function send(form, button) {
  const wasFocused = document.activeElement;
  const body = new URLSearchParams(new FormData(form, button));
  form.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-busy", "true");
  try {
    const { answer, fresh } = await fetchPage(addressOf(form, button), { method: "POST", body });
    if (new URL(answer.url).pathname === location.pathname || isHere(answer)) show(answer, fresh, form);
    else location.assign(answer.url);
  } catch {
    document.getElementById("lost").hidden = false;
  } finally {
    form.removeAttribute("aria-busy");
    button?.removeAttribute("aria-busy");
    if (!wasFocused.isConnected) document.getElementById("main").focus({ preventScroll: true });
  }
}

// Of the attributes, for a field may be called "action", and a button's property is never empty.
function addressOf(form, button) {
  return button?.getAttribute("formaction") ?? form.getAttribute("action");
}

// A refusal is shown by the address that refused, with the regions of this page.
function isHere(answer) {
  return !answer.redirected && answer.status === 409;
}

function show(answer, fresh, form) {
  if (answer.ok) form.reset();
  form.closest("[popover]")?.hidePopover();
  if (answer.redirected) history.replaceState(null, "", answer.url);
  place(fresh);
}

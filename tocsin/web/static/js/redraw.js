// Buttons that change a draft: the form comes back from the server and takes the old one's place.

import { fetchPage, say } from "./page.js";

document.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-redraw]")) return;
  event.preventDefault();
  const form = event.target;
  if (!form.hasAttribute("aria-busy")) redraw(form, event.submitter);
});

async function redraw(form, button) {
  form.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form, button));
  try {
    const { fresh } = await fetchPage(button.formAction, { method: "POST", body });
    const successor = fresh.getElementById(form.id);
    if (!successor) throw new Error("no form came back");
    const changed = successor.querySelector("[autofocus]");
    changed?.removeAttribute("autofocus"); // it is for pages that load; here it comes too late
    form.replaceWith(document.adoptNode(successor));
    show(changed);
  } catch {
    form.removeAttribute("aria-busy");
    document.getElementById("lost").hidden = false;
  }
}

function show(changed) {
  if (!changed) return;
  changed.focus({ preventScroll: true });
  changed.closest("li")?.scrollIntoView({ block: "nearest" });
  say(changed.textContent.length < 40 ? changed.textContent : "");
}

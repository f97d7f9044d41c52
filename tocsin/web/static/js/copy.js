// Buttons that copy; they are drawn only where script is.

import { say } from "./page.js";

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

document.addEventListener("placed", () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent.trim();
  await write(text, button);
  say("Copied.");
  const label = button.firstChild;
  const before = label.nodeValue;
  label.nodeValue = "Copied";
  setTimeout(() => (label.nodeValue = before), 2000);
});

// The clipboard is closed to pages that come by plain HTTP: then the old command still copies.
async function write(text, button) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  button.focus();
}

// The editor of schedules: buttons act without a new page, and the preview follows what is typed.
// The server draws both; nothing about schedules is decided here.

import { fetchPage } from "./page.js";
import { morph } from "./morph.js";

const PAUSE = 500; // ms after the last key until the preview is drawn

const form = document.getElementById("schedule-form");
let asked = 0;
let waiting = null;

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.value === "save") return;
  event.preventDefault();
  press(button);
});

form.addEventListener("input", (event) => {
  if (event.target.name?.endsWith("-add")) add(event.target);
  else preview();
});

function add(select) {
  if (select.value) press(form.querySelector(`[value="${CSS.escape(`add-${parseInt(select.name, 10)}`)}"]`));
}

async function press(button) {
  clearTimeout(waiting);
  const { id } = document.activeElement;
  const fresh = await draw(button.value);
  if (!fresh) return;
  form.replaceChildren(...fresh.childNodes);
  const same = (id && document.getElementById(id)) || called(button.getAttribute("aria-label"));
  (same ?? form.querySelector(new URL(button.formAction).hash + " input:not([type=hidden])"))?.focus();
}

// The button with this name or, where one cannot go on, the one that leads back.
function called(label) {
  const back = label.replace(/ (up|down)$/, (_, way) => (way === "up" ? " down" : " up"));
  const buttons = [...form.querySelectorAll("button[aria-label]:not([disabled])")];
  const find = (name) => buttons.find((one) => one.getAttribute("aria-label") === name);
  return find(label) ?? find(back);
}

function preview() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const fresh = await draw("preview");
    if (fresh) morph(form.querySelector("#preview"), document.adoptNode(fresh.querySelector("#preview")));
  }, PAUSE);
}

// Only the answer to the last question counts.
async function draw(wanted) {
  const turn = ++asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("do", wanted);
  try {
    const { answer, fresh } = await fetchPage(form.action, { method: "POST", body });
    return turn === asked && answer.ok ? fresh.getElementById("schedule-form") : null;
  } catch {
    return null; // the buttons still work by themselves when the server is back
  }
}

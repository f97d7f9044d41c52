// The editor of schedules: buttons act without a new page, and the preview follows what is typed.
// The server draws both; nothing about schedules is decided here.

import { fetchPage } from "./page.js";
import { morph } from "./morph.js";

const PAUSE = 500; // ms after the last key until the preview is drawn

const form = document.getElementById("schedule-form");
let line = Promise.resolve(); // each button waits for what the one before it makes of the form
let busy = 0;
let changes = 0;
let waiting = null;

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || (button.value === "save" && !busy)) return;
  event.preventDefault();
  if (button.value === "save") line.then(() => form.requestSubmit(form.querySelector("[value=save]")));
  else press(button);
});

form.addEventListener("input", (event) => {
  if (event.target.name?.endsWith("-add")) add(event.target);
  else preview();
});

function add(select) {
  if (select.value) press(form.querySelector(`[value="add-${parseInt(select.name, 10)}"]`));
}

function press(button) {
  clearTimeout(waiting);
  changes++;
  busy++;
  line = line.then(() => act(button)).finally(() => busy--);
}

async function act(button) {
  const fresh = await draw(button.value);
  document.getElementById("lost").hidden = Boolean(fresh);
  if (!fresh) return;
  const { id } = document.activeElement;
  form.replaceChildren(...fresh.childNodes);
  const same = (id && document.getElementById(id)) || called(button.getAttribute("aria-label") ?? "");
  (same ?? form.querySelector(`${new URL(button.formAction).hash} input:not([type=hidden])`))?.focus();
}

// The button with this name or, where one cannot go on, the one that leads back.
function called(label) {
  const back = label.replace(/ (up|down)$/, (_, way) => (way === "up" ? " down" : " up"));
  const buttons = [...form.querySelectorAll("button[aria-label]:not([disabled])")];
  const find = (name) => buttons.find((one) => one.getAttribute("aria-label") === name);
  return find(label) ?? find(back);
}

// A preview is worth drawing only if nothing has changed since it was asked for.
function preview() {
  clearTimeout(waiting);
  const turn = ++changes;
  waiting = setTimeout(async () => {
    const fresh = await draw("preview");
    if (!fresh || turn !== changes) return;
    morph(form.querySelector("#preview"), document.adoptNode(fresh.querySelector("#preview")));
  }, PAUSE);
}

async function draw(wanted) {
  const body = new URLSearchParams(new FormData(form));
  body.set("do", wanted);
  try {
    const { answer, fresh } = await fetchPage(form.action, { method: "POST", body });
    return answer.ok ? fresh.getElementById("schedule-form") : null;
  } catch {
    return null;
  }
}

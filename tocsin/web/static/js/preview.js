// A preview follows what is typed. The server draws it; nothing is decided here.

import { fetchPage } from "./page.js";
import { morph } from "./morph.js";

const PAUSE = 400; // ms after the last key until the preview is drawn

const form = document.querySelector("[data-previewed]").closest("form");
const preview = document.getElementById("preview");
let waiting = null;
let changes = 0;

form.addEventListener("input", () => {
  clearTimeout(waiting);
  const turn = ++changes;
  waiting = setTimeout(async () => {
    const fresh = await draw();
    if (fresh && turn === changes) morph(preview, document.adoptNode(fresh));
  }, PAUSE);
});

async function draw() {
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "preview");
  try {
    // Of the attribute, for a field is called "action", too.
    const { answer, fresh } = await fetchPage(form.getAttribute("action"), { method: "POST", body });
    return answer.ok ? fresh.getElementById("preview") : null;
  } catch {
    return null;
  }
}

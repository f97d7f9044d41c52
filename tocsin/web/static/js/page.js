// The page as the server sees it now: fetched, and put in the place of what is shown.

import { morph } from "./morph.js";

const parser = new DOMParser();

export async function fetchPage(address, options = {}) {
  const answer = await fetch(address, {
    ...options,
    headers: { accept: "text/html", ...options.headers },
  });
  return { answer, fresh: parser.parseFromString(await answer.text(), "text/html") };
}

// Each live region takes on its new form, but for the one that is to stay as it is; what the page
// announces is said if it is news.
export function place(fresh, kept = "") {
  const sentence = fresh.querySelector("[data-announce]")?.dataset.announce;
  for (const region of document.querySelectorAll("[data-live]")) {
    if (region.id === kept) continue;
    const successor = fresh.getElementById(region.id);
    if (successor) morph(region, document.adoptNode(successor));
  }
  document.title = fresh.title;
  announce(sentence);
  document.dispatchEvent(new Event("placed"));
}

let said = document.querySelector("[data-announce]")?.dataset.announce;

function announce(sentence) {
  if (!sentence || sentence === said) return;
  said = sentence;
  say(sentence);
}

export function say(sentence) {
  const voice = document.getElementById("said");
  if (voice) voice.textContent = sentence;
}

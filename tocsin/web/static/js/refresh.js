// Looks again when the server says that something has changed, and each minute, for times pass.

import { fetchPage, place } from "./page.js";

const GAP = 800; // ms between two looks
const PATIENCE = 3000; // ms without a connection until it is said
const MINUTE = 60_000;
const TIME = "time"; // the topic of pages that nothing but time changes

const { watch: topic, since } = document.body.dataset;
const lost = document.getElementById("lost");
let waiting = null;
let last = 0;
let silence = null;

if (topic) {
  if (topic !== TIME) follow();
  setInterval(soon, MINUTE);
  document.addEventListener("visibilitychange", soon);
}

function follow() {
  const news = new EventSource(`/live?${new URLSearchParams({ topic, since })}`);
  news.addEventListener("change", soon);
  news.addEventListener("open", heal);
  news.addEventListener("error", () => {
    silence ??= setTimeout(() => (lost.hidden = false), PATIENCE);
    if (news.readyState === EventSource.CLOSED) setTimeout(follow, PATIENCE);
  });
}

function heal() {
  const wasSilent = silence !== null;
  clearTimeout(silence);
  silence = null;
  lost.hidden = true;
  if (wasSilent) soon();
}

function soon() {
  if (document.hidden || waiting !== null) return;
  waiting = setTimeout(look, Math.max(0, last + GAP - Date.now()));
}

async function look() {
  try {
    const { answer, fresh } = await fetchPage(location.href, { headers: { "x-tocsin-refresh": "1" } });
    if (answer.redirected) location.reload(); // signed out meanwhile
    else if (answer.ok) place(fresh, "notices"); // what was said last, and its undo, stay
    if (topic === TIME) lost.hidden = true;
  } catch {
    if (topic === TIME) lost.hidden = false; // of others the stream tells when the server is back
  } finally {
    last = Date.now();
    waiting = null;
  }
}

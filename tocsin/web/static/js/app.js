// What every page does with script. Without it, everything works; with it, nothing jumps.

import "./copy.js";
import "./keys.js";
import "./refresh.js";
import "./swift.js";

// The tab that is open is in sight, however many stand before it.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

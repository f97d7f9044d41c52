// Single keys: j and k move in a list, x selects, letters press the button that bears them.

const OFF = "tocsin-keys-off";
const WAYS = { i: "/incidents", o: "/oncall", s: "/schedules", v: "/service-directory", p: "/escalation_policies", m: "/monitors" };
const PATIENCE = 1500; // ms
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

const help = document.getElementById("keys");
const isOn = document.getElementById("keys-on");
let isGoing = false; // g was pressed: the next key says where, if it comes soon

if (isOn) {
  isOn.checked = localStorage.getItem(OFF) === null;
  isOn.addEventListener("change", () => {
    if (isOn.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (event.target.closest(TYPING) || document.querySelector("dialog[open], :popover-open")) return;
  if (event.key === "?" && help) return act(event, () => help.showModal());
  if (!isOn?.checked) return;
  const done = press(event.key);
  if (done) act(event, done);
});

function act(event, done) {
  event.preventDefault();
  done();
}

function press(key) {
  if (isGoing) {
    isGoing = false;
    return WAYS[key] && (() => location.assign(WAYS[key]));
  }
  if (key === "g") return begin;
  if (key === "j") return () => move(1);
  if (key === "k") return () => move(-1);
  if (key === "x") return here() && (() => here().querySelector("[data-row-select]")?.click());
  const button = bearerOf(key);
  return button && (() => use(button));
}

function begin() {
  isGoing = true;
  setTimeout(() => (isGoing = false), PATIENCE);
}

function bearerOf(key) {
  const bearers = document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  return [...bearers].find((one) => one.checkVisibility() || one.matches("[data-bulk]"));
}

// A key that acts on a selection takes the row under the focus if nothing is selected.
function use(button) {
  if (button.matches("input, textarea")) return button.focus();
  const isSelected = document.querySelector("[data-row-select]:checked");
  if (button.matches("[data-bulk]") && !isSelected) {
    const box = here()?.querySelector("[data-row-select]");
    if (!box) return;
    box.click();
  }
  button.click();
}

function here() {
  return document.activeElement?.closest("[data-row]");
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(here());
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.querySelector("[data-row-link]")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

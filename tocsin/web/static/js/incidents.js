// The list: all rows are selected at once, and how many are is said.

const all = () => document.querySelector("[data-select-all]");
const boxes = () => [...document.querySelectorAll("[data-row-select]")];
const told = document.getElementById("selected");

document.addEventListener("change", (event) => {
  if (event.target === all()) for (const box of boxes()) box.checked = all().checked;
  if (event.target.matches("[data-row-select], [data-select-all]")) count();
});
document.getElementById("bulk")?.addEventListener("reset", () => setTimeout(count));
document.addEventListener("placed", count);
count();

function count() {
  const selected = boxes().filter((box) => box.checked).length;
  const many = all();
  if (many) {
    many.closest("label").hidden = false;
    many.checked = selected > 0 && selected === boxes().length;
    many.indeterminate = selected > 0 && !many.checked;
  }
  if (told) told.textContent = selected ? `${selected} selected` : "";
}

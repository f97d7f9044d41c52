// Comfort on pages that take a password: it can be shown, and the time zone is filled in.

for (const field of document.querySelectorAll('input[type="password"]')) {
  const line = document.createElement("span");
  line.className = "secret";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button slim";
  button.setAttribute("aria-controls", field.id);
  field.before(line);
  line.append(field, button);
  const turn = (isShown) => {
    field.type = isShown ? "text" : "password";
    button.textContent = isShown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${button.textContent} the ${field.labels[0].textContent.toLowerCase()}`);
  };
  turn(false);
  button.addEventListener("click", () => turn(field.type === "password"));
  field.form.addEventListener("submit", () => turn(false)); // so that no browser keeps it as text
}

const zone = document.querySelector('.card input[name="time_zone"]');
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

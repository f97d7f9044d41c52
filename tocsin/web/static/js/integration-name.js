// Shows what an integration is called if nobody names it: the tool and the service.

const tool = document.getElementById("tool");
const given = document.getElementById("integration_name");
const service = document.getElementById("name");
const known = document.querySelector("[data-service-name]")?.dataset.serviceName;

if (tool && given) {
  suggest();
  tool.addEventListener("change", suggest);
  service?.addEventListener("input", suggest);
}

function suggest() {
  const chosen = tool.value ? tool.selectedOptions[0].text.toLowerCase().replace(/\.io$/, "") : "";
  const named = (known ?? service?.value ?? "").trim() || "<service-name>";
  given.placeholder = chosen ? `${dashed(chosen)}-${dashed(named)}` : "";
  given.disabled = !chosen;
}

function dashed(text) {
  return text.trim().split(/\s+/).join("-");
}

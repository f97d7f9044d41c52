// This device is added: the browser is asked whether we may ring, and by what address.

const field = document.getElementById("subscription");
const form = field.form;

function tell(what) {
  for (const notice of document.querySelectorAll("[id^=device-].notice")) {
    notice.hidden = notice.id !== `device-${what}`;
  }
}

const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
if (!window.isSecureContext) tell("insecure");
else if (!able) tell("unable");
if (!able || !window.isSecureContext) document.getElementById("device-add").disabled = true;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  tell("nothing");
  // Asked first of all: browsers want this while the press of the button is fresh.
  if ((await Notification.requestPermission()) !== "granted") return tell("denied");
  tell("asking");
  try {
    field.value = JSON.stringify(await subscribed());
  } catch (error) {
    document.getElementById("device-why").textContent = error.message;
    return tell("failed");
  }
  form.submit();
});

async function subscribed() {
  await navigator.serviceWorker.register("/service-worker.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: field.dataset.public };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    await (await pushManager.getSubscription()).unsubscribe(); // made with a key of another time
    return pushManager.subscribe(options);
  }
}

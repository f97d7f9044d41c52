// What works while no page is open: what is pushed is shown, and answered from its buttons.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(ring(event.data.json())));
self.addEventListener("notificationclick", (event) => event.waitUntil(press(event)));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

// Browsers that draw no buttons leave them out: a tap opens a page that has them.
function ring(told) {
  return self.registration.showNotification(told.title, {
    body: told.body,
    tag: told.tag,
    lang: told.language,
    actions: told.buttons.slice(0, Notification.maxActions ?? 0),
    renotify: true,
    requireInteraction: true,
    data: told,
  });
}

async function press({ action, notification }) {
  const told = notification.data;
  notification.close();
  if (!action) return open(told.url);
  const { isDone, sentence } = await send(told.token, action);
  if (!isDone) return ring({ ...told, body: sentence ?? told.unsent });
  return self.registration.showNotification(told.title, {
    body: sentence,
    tag: told.tag,
    lang: told.language,
    silent: true,
    data: told,
  });
}

async function send(token, deed) {
  try {
    const answer = await fetch(`/answer/${token}/${deed}`, {
      method: "POST",
      credentials: "omit",
      headers: { authorization: `Bearer ${token}` },
    });
    const { sentence } = await answer.json();
    return { isDone: answer.ok, sentence };
  } catch {
    return { isDone: false }; // no network, or no server: what was pressed is not lost unseen
  }
}

async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
}

// The old address is the proof that this is the browser that was added.
async function renew({ oldSubscription, newSubscription }) {
  if (!oldSubscription) return;
  const options = oldSubscription.options;
  const subscription = newSubscription ?? (await self.registration.pushManager.subscribe(options));
  await fetch("/devices/renewed", {
    method: "POST",
    credentials: "omit",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint: oldSubscription.endpoint, subscription }),
  });
}

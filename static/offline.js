// The two choices about this device, on the course's overview. They stay in this browser; the server knows neither.
"use strict";

const device = document.getElementById("this-device");
const readable = document.getElementById("readable-offline");
const shared = document.getElementById("shared-computer");
const said = document.getElementById("this-device-status");

function draw() {
  readable.checked = Boolean(localStorage.getItem(unsent.setting));
  shared.checked = Boolean(localStorage.getItem("shared-computer"));
  readable.disabled = shared.checked || !("serviceWorker" in navigator);
}

async function keepPages(isWanted) {
  if (!isWanted) {
    localStorage.removeItem(unsent.setting);
    await unsent.forgetPages();
    return "Nothing is kept on this device any more.";
  }
  localStorage.setItem(unsent.setting, "yes");
  await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  return "Every page you open from now on, with the rest of its section, can be read offline on this device.";
}

async function keepNothing(isShared) {
  if (!isShared) {
    localStorage.removeItem("shared-computer");
    return "Words that have not arrived are kept in this browser until they have.";
  }
  await unsent.sendAll();
  if (unsent.all().length) return "Not yet: some of your words have not arrived. Choose this again with a connection.";
  await unsent.forgetAll();
  localStorage.setItem("shared-computer", "yes");
  return "This browser keeps nothing. Words that have not arrived wait in the open page alone. Sign out when you leave.";
}

try {
  draw();
  device.hidden = false;
} catch { /* a browser that keeps nothing has nothing to choose */ }

readable.addEventListener("change", async () => {
  said.textContent = await keepPages(readable.checked).catch(() => "This browser does not allow it.");
  draw();
});
shared.addEventListener("change", async () => {
  said.textContent = await keepNothing(shared.checked);
  draw();
});

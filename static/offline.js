// What this browser may keep: the two choices on the course's overview, which the server never learns, and the end of it
// all on the page to sign out.
"use strict";

// Also where a browser does not know the header that has it forget everything when signing out
async function forgetAll() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (/^(unsent|offline):/.test(key)) localStorage.removeItem(key);
    }
  } catch { /* it kept nothing */ }
  await unsent.forgetPages();
}

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
    return device.dataset.forgotten;
  }
  localStorage.setItem(unsent.setting, "yes");
  await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  return device.dataset.kept;
}

async function keepNothing(isShared) {
  if (!isShared) {
    localStorage.removeItem("shared-computer");
    return device.dataset.own;
  }
  await unsent.sendAll();
  if (unsent.all().length) return device.dataset.notYet;
  await forgetAll();
  localStorage.setItem("shared-computer", "yes");
  return device.dataset.shared;
}

try {
  if (device) draw();
  if (device) device.hidden = false;
} catch { /* a browser that keeps nothing has nothing to choose */ }

readable?.addEventListener("change", async () => {
  said.textContent = await keepPages(readable.checked).catch(() => device.dataset.notAllowed);
  draw();
});
shared?.addEventListener("change", async () => {
  said.textContent = await keepNothing(shared.checked);
  draw();
});

// Signing out: say what has not arrived, then forget it with all else
const signOut = document.getElementById("sign-out");
if (signOut) {
  const warning = document.getElementById("unsent-warning");
  const warn = () => { warning.hidden = !unsent.all().length; };
  document.addEventListener("unsent:changed", warn);
  warn();
  signOut.addEventListener("submit", async (event) => {
    event.preventDefault();
    await forgetAll();
    signOut.submit();
  });
}

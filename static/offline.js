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
  await forgetAll();
  localStorage.setItem("shared-computer", "yes");
  return "This browser keeps nothing. Words that have not arrived wait in the open page alone. Sign out when you leave.";
}

try {
  if (device) draw();
  if (device) device.hidden = false;
} catch { /* a browser that keeps nothing has nothing to choose */ }

readable?.addEventListener("change", async () => {
  said.textContent = await keepPages(readable.checked).catch(() => "This browser does not allow it.");
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

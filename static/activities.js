// With JavaScript answers save themselves: the save buttons step aside, and the status tells the truth about the network.
document.documentElement.classList.add("js");

// Feedback drawn on a 422 is wanted too: it says at the field what is wrong
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
});

const statusOf = (element) => element.closest(".activity")?.querySelector(".status");

document.addEventListener("htmx:beforeRequest", (event) => {
  const status = statusOf(event.target);
  if (status) status.textContent = "Saving …";
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    if (event.detail.xhr?.status === 422) return;
    const status = statusOf(event.target);
    if (status) status.textContent = "Not saved: no connection. Your text is still here; it will be sent when you go on.";
  });
}

// Browsers may restore a page from the back/forward cache whatever Cache-Control says. It could show
// data of a user who has signed out since, so it is hidden and loaded again.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.documentElement.hidden = true;
    location.reload();
  }
});

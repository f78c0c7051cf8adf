// Some browsers keep a left page alive for their Back button, whatever Cache-Control says. It may
// show what belongs to somebody who has signed out since: so it is asked for again.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.documentElement.hidden = true;
    location.reload();
  }
});

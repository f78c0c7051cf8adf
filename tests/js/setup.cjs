// Debian's Node 18 has no CustomEvent; browsers and later versions do.
"use strict";

globalThis.CustomEvent ??= class CustomEvent extends Event {
  constructor(name, options = {}) {
    super(name, options);
    this.detail = options.detail ?? null;
  }
};

/** As much of a page as the modules touch. */

export class FakeElement extends EventTarget {
  nodes = [];
  dataset = {};
  attributes = {};
  hidden = false;
  disabled = false;
  value = "";
  className = "";
  focused = 0;
  scrollTop = 0;
  scrollHeight = 0;
  clientHeight = 0;

  constructor(name = "div") {
    super();
    this.name = name;
  }

  get children() {
    return this.nodes.filter((node) => node instanceof FakeElement);
  }

  get firstElementChild() {
    return this.children[0] ?? null;
  }

  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }

  get textContent() {
    return this.nodes.map((node) => node.textContent ?? node).join("");
  }

  set textContent(text) {
    this.nodes = text ? [text] : [];
  }

  append(...nodes) {
    nodes.forEach((node) => this.insertBefore(node, null));
  }

  replaceChildren(...nodes) {
    this.nodes = [];
    this.append(...nodes);
  }

  insertBefore(node, next) {
    if (node instanceof FakeElement) {
      node.parent = this;
    }
    this.nodes.splice(next ? this.nodes.indexOf(next) : this.nodes.length, 0, node);
  }

  replaceWith(node) {
    node.parent = this.parent;
    this.parent.nodes.splice(this.parent.nodes.indexOf(this), 1, node);
  }

  remove() {
    this.parent.nodes.splice(this.parent.nodes.indexOf(this), 1);
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  focus() {
    this.focused += 1;
  }

  click() {
    if (!this.disabled) {
      this.dispatchEvent(new Event("click"));
    }
  }
}

globalThis.document = { createElement: (name) => new FakeElement(name) };

/** Storage that can be looked into. */
export function newStorage(given = {}) {
  const values = { ...given };
  const storage = {
    getItem: (name) => values[name] ?? null,
    setItem: (name, value) => {
      values[name] = value;
    },
  };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true, writable: true });
  return values;
}

/** A clock that passes when the test says so. */
export class VirtualTime {
  nowMs = 0;
  timers = new Map();
  made = 0;

  later = (work, ms) => {
    this.made += 1;
    this.timers.set(this.made, { at: this.nowMs + ms, work });
    return this.made;
  };

  cancel = (timer) => this.timers.delete(timer);

  /** Runs what is due in the next `ms`, in order. */
  pass(ms) {
    const end = this.nowMs + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) {
        break;
      }
      const [timer, { at, work }] = due;
      this.timers.delete(timer);
      this.nowMs = at;
      work();
    }
    this.nowMs = end;
  }
}

// Lists, adds and deletes notes, and shows what the server says when it refuses.

const list = document.querySelector("#list");
const said = document.querySelector("#said");
const problem = document.querySelector("#problem");
const filter = document.querySelector("#filter");
const writing = document.querySelector("#new");

/** Calls the server; what it refuses is thrown as its problem document (RFC 9457). */
async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: { accept: "application/json", ...options.headers },
    });
  } catch {
    throw { title: "No answer", detail: "Is the server still running?" };
  }
  if (response.ok) {
    return response.status === 204 ? null : response.json();
  }
  const nameless = { title: response.statusText, status: response.status };
  throw await response.json().catch(() => nameless);
}

/** Does something; if it fails, shows why. */
async function attempt(work) {
  problem.hidden = true;
  try {
    await work();
  } catch (failure) {
    show(failure);
  }
}

function show({ title, status, detail, errors = [] }) {
  const line = make("p", {}, make("strong", {}, [status, title].filter(Boolean).join(" ")));
  if (detail) line.append(": ", detail);
  const inputs = errors.map((bad) =>
    make("li", {}, `${[bad.in, bad.name].filter(Boolean).join(" ")}: ${bad.detail}`),
  );
  problem.replaceChildren(line);
  if (inputs.length > 0) problem.append(make("ul", {}, ...inputs));
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
}

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

async function refresh() {
  const query = new URLSearchParams({ limit: 50 });
  const contains = new FormData(filter).get("contains").trim();
  if (contains) query.set("contains", contains);
  const notes = await call(`/api/notes?${query}`);
  list.replaceChildren(...notes.map(item));
  said.textContent = notes.length === 1 ? "1 note" : `${notes.length} notes`;
}

function item(note) {
  const button = make("button", { type: "button", "aria-label": `Delete note ${note.id}` }, "Delete");
  button.addEventListener("click", () =>
    attempt(async () => {
      await call(`/api/notes/${note.id}`, { method: "DELETE" });
      await refresh();
      document.querySelector("#notes").focus();
    }),
  );
  return make("li", {}, make("h3", {}, note.place), make("p", {}, note.text), button);
}

writing.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await call("/api/notes", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(writing))),
    });
    writing.reset();
    await refresh();
  });
});

filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", () => attempt(refresh));

for (const button of document.querySelectorAll("[data-get]")) {
  button.addEventListener("click", () => attempt(() => call(button.dataset.get)));
}

attempt(refresh);

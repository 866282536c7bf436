// Kept as text in the program, so that the server runs from its source and from its one built file alike.

export const DOCS_STYLE = `:root {
	color-scheme: light dark;
	--paper: light-dark(#fbf7f2, #16111d);
	--raised: light-dark(#ffffff, #211a2b);
	--ink: light-dark(#241a30, #f4eef8);
	--quiet: light-dark(#6a5f76, #b3a8bf);
	--line: light-dark(#e6dcd2, #362c43);
	--aubergine: light-dark(#6d3b8e, #c9a4e8);
	--on-aubergine: light-dark(#ffffff, #1d1327);
}
* { box-sizing: border-box; }
body {
	margin: 0 auto;
	padding: 1.5rem 1rem 4rem;
	max-width: 64rem;
	background: var(--paper);
	color: var(--ink);
	font: 1rem/1.55 "Readex Pro", system-ui, sans-serif;
}
a { color: var(--aubergine); }
.skip { position: absolute; inset-inline-start: -999rem; }
.skip:focus { position: static; }
:focus-visible { outline: 3px solid var(--aubergine); outline-offset: 2px; }
h1, h2, h3 { font-weight: 500; line-height: 1.25; }
h3 { font-size: 1rem; margin: 1rem 0 0.5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; list-style: none; }
nav a { display: inline-block; min-height: 1.5rem; }
code, pre, textarea, input { font: 0.875rem/1.5 ui-monospace, monospace; }
.quiet, caption { color: var(--quiet); }
details, .schema { margin: 0.5rem 0; padding: 0.25rem 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 0.75rem; }
summary { padding: 0.5rem 0; min-height: 2.75rem; cursor: pointer; overflow-wrap: anywhere; }
.method { padding: 0.125rem 0.5rem; border-radius: 0.375rem; border: 1px solid var(--aubergine); color: var(--aubergine); }
.method.post { background: var(--aubergine); color: var(--on-aubergine); }
.scroll { overflow-x: auto; margin: 0.5rem 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; }
th, td { padding: 0.375rem 0.75rem 0.375rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
tr:target, h3:target { background: color-mix(in srgb, var(--aubergine) 15%, transparent); }
pre { overflow-x: auto; margin: 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; }
pre:empty { display: none; }
.try:not([hidden]) { display: grid; gap: 0.75rem; justify-items: start; margin: 0 0 1rem; }
.try > * { max-width: 100%; }
.try pre { justify-self: stretch; max-height: 24rem; overflow: auto; }
label { display: grid; gap: 0.25rem; width: 100%; }
input, textarea { width: 100%; padding: 0.5rem; color: inherit; background: var(--paper); border: 1px solid var(--quiet); border-radius: 0.5rem; }
button { min-height: 2.75rem; padding: 0 1.25rem; font: inherit; color: var(--on-aubergine); background: var(--aubergine); border: 0; border-radius: 0.75rem; }
`;

export const DOCS_SCRIPT = `for (const form of document.querySelectorAll("form.try")) {
	form.hidden = false;
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		send(form);
	});
}

// A link into a closed endpoint opens it.
addEventListener("hashchange", openTarget);
openTarget();

function openTarget() {
	const target = document.getElementById(location.hash.slice(1));
	if (target instanceof HTMLDetailsElement) target.open = true;
}

async function send(form) {
	const reply = form.querySelector("[role=status]");
	let path = form.dataset.path;
	const query = new URLSearchParams();
	for (const input of form.querySelectorAll("input")) {
		if (input.dataset.in === "path") path = path.replace("{" + input.name + "}", encodeURIComponent(input.value));
		else if (input.value !== "") query.set(input.name, input.value);
	}
	const body = form.elements.body;
	reply.textContent = "…";
	try {
		const response = await fetch(path + (query.size > 0 ? "?" + query : ""), {
			method: form.dataset.method.toUpperCase(),
			...(body && { body: body.value, headers: { "Content-Type": "application/json" } }),
		});
		const text = await response.text();
		reply.textContent = response.status + " " + response.statusText + "\\n" + pretty(text);
	} catch (error) {
		reply.textContent = "No reply: " + error.message;
	}
}

function pretty(text) {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
}
`;

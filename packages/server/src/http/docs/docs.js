for (const form of document.querySelectorAll("form.try")) {
	form.hidden = false;
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		void send(form);
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
		if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
		else if (input.value !== "") query.set(input.name, input.value);
	}
	const body = form.elements.body;
	reply.textContent = "…";
	try {
		const response = await fetch(query.size > 0 ? `${path}?${query}` : path, {
			method: form.dataset.method.toUpperCase(),
			...(body && { body: body.value, headers: { "Content-Type": "application/json" } }),
		});
		const text = await response.text();
		reply.textContent = `${response.status} ${response.statusText}\n${pretty(text)}`;
	} catch (error) {
		reply.textContent = `No reply: ${error.message}`;
	}
}

function pretty(text) {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
}

import { answerTo, createClient, inLanguage, openStorage, presentedOrder, resumeIndex } from "./carhythm.js";

// The ten lines: a session that survives reloads, closed tabs and dead networks.
const base_url = new URLSearchParams(location.search).get("api") ?? "http://localhost:8000";
const client = createClient({ base_url, storage: await openStorage() });
const { choice } = await client.resume();
const goesOn = ["continue", "untouched", "completed"].includes(choice.kind);
const session = goesOn ? await client.open(choice) : await client.start({ language: "en" });
const { index, state } = session;
let at = session.phase === "completed" ? index.places.length : resumeIndex(index, state);
session.subscribe(drawSave);

/** Says no more than the engine promises. */
function drawSave() {
	const { kind } = session.save;
	const words = { saved: "Saved", sending: "Saving …", on_device: "On this device, not sent yet" };
	document.querySelector("#save").textContent = words[kind] ?? "Not kept if you close this page";
}

/** The question at hand, or the end. */
function draw() {
	const page = document.querySelector("#page");
	const place = index.places[at];
	if (!place) {
		page.replaceChildren(element("h1", "Thank you"));
		void session.complete();
		return;
	}
	const { question } = place;
	const form = element("form", "");
	const input = INPUTS[question.type](question, answerTo(session.state, question.id));
	const refusal = element("p", "");
	refusal.role = "alert";
	form.append(element("h1", words(question.text)), input.element, element("button", "Go on"), refusal);
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		const outcome = await session.answer(question.id, { type: question.type, ...input.read() });
		if (outcome.ok) show(at + 1);
		else refusal.textContent = outcome.refusal.detail;
	});
	const progress = element("p", `Question ${at + 1} of ${index.places.length}`);
	const back = element("button", "Back");
	back.disabled = at === 0;
	back.addEventListener("click", () => show(at - 1));
	page.replaceChildren(progress, form, back);
}

/** Goes to a question, and tells the session, so that the next visit begins there. */
function show(next) {
	at = next;
	const place = index.places[at];
	if (place) void session.move(place.question.id);
	draw();
}

/** For each type of question: what the student handles, and how it is read. */
const INPUTS = {
	slider({ min, max, step, min_label, max_label }, given) {
		const range = Object.assign(element("input", ""), { type: "range", min, max, step });
		range.value = given?.value ?? (min + max) / 2;
		const ends = [min_label ? words(min_label) : min, max_label ? words(max_label) : max];
		return { element: labelled(ends.join(" to "), range), read: () => ({ value: Number(range.value) }) };
	},
	mcq({ choices, multiple }, given) {
		const group = element("fieldset", "");
		for (const { value, label } of choices) {
			const box = Object.assign(element("input", ""), {
				type: multiple ? "checkbox" : "radio",
				name: "choice",
				value,
			});
			box.checked = given?.selected_options.includes(value) ?? false;
			group.append(labelled(words(label), box));
		}
		const chosen = () => [...group.querySelectorAll(":checked")].map(({ value }) => value);
		return { element: group, read: () => ({ selected_options: chosen() }) };
	},
	ordering(question, given) {
		const texts = presentedOrder(question, session.session_id).map((n) => words(question.items[n].text));
		const list = element("ol", "");
		for (const text of given?.ordered_items ?? texts) {
			const item = element("li", text);
			const up = Object.assign(element("button", "Up"), { type: "button", ariaLabel: `Move up: ${text}` });
			up.addEventListener("click", () => item.previousElementSibling?.before(item));
			item.append(" ", up);
			list.append(item);
		}
		const order = () => [...list.children].map(({ firstChild }) => firstChild.textContent);
		return { element: list, read: () => ({ ordered_items: order() }) };
	},
	essay(_question, given) {
		const box = Object.assign(element("textarea", ""), { rows: 6, value: given?.text ?? "" });
		return { element: labelled("Your words", box), read: () => ({ text: box.value }) };
	},
};

function words(text) {
	return inLanguage(text, session.state.language);
}

function element(name, text) {
	return Object.assign(document.createElement(name), { textContent: text });
}

function labelled(text, input) {
	const label = element("label", "");
	label.append(input, ` ${text}`);
	return label;
}

drawSave();
draw();

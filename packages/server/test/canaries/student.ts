import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { aSchool } from "../../src/testing/stores/a-school.ts";
import type { Kind } from "./places.ts";

type School = Awaited<ReturnType<typeof aSchool>>;

/** A student with a text of its own for each kind; `marks` names all texts by which a kind is found. */
export type Student = {
	session_id: string;
	display_id: string;
	marks: Readonly<Record<Kind, readonly string[]>>;
};

/** What goes over the wire of a browser whose every header can be searched for. */
function aBrowser(address: string, marks: Readonly<Record<string, string>>) {
	return async (method: string, path: string, body?: unknown) => {
		const response = await fetch(`${address}${path}`, {
			method,
			headers: {
				"X-Forwarded-For": marks["network address"] ?? "",
				"User-Agent": marks["User-Agent"] ?? "",
				"X-Request-ID": marks["X-Request-ID"] ?? "",
				Referer: `${address}/${marks["address of a page"]}`,
				...(body !== undefined && { "Content-Type": "application/json" }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		return { status: response.status, text, body: text.startsWith("{") ? JSON.parse(text) : {} };
	};
}

/** Goes through everything a student can do, at a real server; `say` gets what an operator's command prints. */
export async function liveAs(
	name: string,
	network: string,
	{ school, address, say }: { school: School; address: string; say: (text: string) => void },
): Promise<Student> {
	const mark = (kind: string) => `canary-${name}-${kind}`;
	const marks = {
		"network address": network,
		"User-Agent": mark("agent"),
		"X-Request-ID": mark("request"),
		"address of a page": mark("page"),
	};
	const send = aBrowser(address, marks);
	const api = async (method: string, path: string, body?: unknown, expected = 200) => {
		const reply = await send(method, `/api/v2${path}`, body);
		if (reply.status !== expected)
			throw new Error(`${method} ${path} came to ${reply.status} ${reply.text}, not ${expected}.`);
		return reply.body as Record<string, unknown>;
	};
	const question_id = school.questionId(school.keyOf("essay"));
	const essay = (text: string) => ({ type: "essay", text });
	const [device_id, operation_id] = [randomUUID(), randomUUID()];
	const operation = (command: object) => ({
		operation_id: randomUUID(),
		client_time: new Date().toISOString(),
		command: { question_id, ...command },
	});
	const started = await api("POST", "/session/start", { assessment: "sampler", language: "en" });
	const [former_id, display_id] = [String(started["session_id"]), String(started["display_id"])];
	const moved = await api("POST", `/session/${former_id}/leave-others`, {});
	const { session_id } = moved["session"] as { session_id: string };
	const sync = async (operations: unknown[]) => {
		const body = { sent_at: new Date().toISOString(), device_id, operations };
		const { results } = await api("POST", `/session/${session_id}/sync`, body);
		return (results as { status: string }[]).map(({ status }) => status);
	};
	const submit = (text: string, more = {}) =>
		api("POST", "/answers/submit", { session_id, question_id, answer: essay(text), ...more });

	await submit(mark("earlier"), { submission_id: operation_id });
	await bringRescueFile(school, { session_id, display_id }, [
		operation({ kind: "answer", answer: essay(mark("rescued")) }),
		{ ...operation({ kind: "answer", answer: essay(mark("refused")) }), client_time: "yesterday" },
	]).then(say);
	await submit(mark("standing"));
	const refused = await sync([
		operation({ kind: "answer", answer: essay(`${mark("refused")} ${"x".repeat(5000)}`) }),
		{ ...operation({ kind: "answer", answer: essay("In time.") }), [mark("field")]: mark("field") },
	]);
	await api("POST", "/session/start", { [mark("field")]: mark("field") }, 422);
	const drafted = await sync([operation({ kind: "draft", draft: essay(mark("draft")) })]);

	const { code } = await api("POST", `/session/${session_id}/handoff`, {});
	await api("POST", "/session/handoff/redeem", { code: mark("wrong-code") }, 404);
	await api("POST", "/session/handoff/redeem", { code, device_id, label: mark("device") });

	await send("GET", `/${marks["address of a page"]}?session=${session_id}`);
	await send("GET", `/api/v2/session/${session_id}/${marks["address of a page"]}`);
	await api("POST", `/session/${session_id}/validate`, {}, 405);
	await api("GET", `/session/${session_id}`);
	await api("POST", "/student/info", {
		session_id,
		email: `${mark("mail")}@school.example`,
		full_name: mark("name"),
		age_group: mark("age"),
		country: mark("country"),
		origin_country: mark("origin"),
	});
	await api(
		"POST",
		"/feedback/submit",
		{ session_id, rating: 5, experience_text: mark("said"), suggestions: mark("suggested") },
		201,
	);
	await api("GET", `/scores/${session_id}`);
	const late = await sync([operation({ kind: "answer", answer: essay(mark("late")) })]);
	const statuses = [...refused, ...drafted, ...late].join(" ");
	if (statuses !== "refused refused applied late") throw new Error(`The operations came to ${statuses}.`);
	return {
		session_id,
		display_id,
		marks: {
			"session id": [session_id],
			"former session id": [former_id],
			"display id": [display_id],
			answer: [mark("standing")],
			"earlier answer": [mark("earlier")],
			"answer of a rescue file": [mark("rescued")],
			"late answer": [mark("late")],
			draft: [mark("draft")],
			"e-mail address": [mark("mail")],
			name: [mark("name")],
			"age and countries": [mark("age"), mark("country"), mark("origin")],
			feedback: [mark("said"), mark("suggested")],
			"name of the device": [mark("device")],
			"id of the device": [device_id],
			"operation id": [operation_id],
			"code for another device": [String(code), String(code).replaceAll("-", "")],
			"wrong code": [mark("wrong-code")],
			"refused answer": [mark("refused")],
			"unknown field": [mark("field")],
			"network address": [network],
			"User-Agent": [marks["User-Agent"]],
			"X-Request-ID": [marks["X-Request-ID"]],
			"address of a page": [marks["address of a page"]],
		},
	};
}

async function bringRescueFile(
	school: School,
	of: { session_id: string; display_id: string },
	operations: readonly unknown[],
): Promise<string> {
	const file = school.folder.file(`${of.display_id}.rescue.json`);
	const now = new Date().toISOString();
	writeFileSync(
		file,
		JSON.stringify({ carhythm_rescue: 1, ...of, saved_at: now, server_time: now, operations }),
	);
	const { code, stdout, stderr } = await school.run("import-rescue", file);
	if (!/1 /.test(stdout)) throw new Error(`import-rescue came to ${code}: ${stdout} ${stderr}`);
	return stdout + stderr;
}

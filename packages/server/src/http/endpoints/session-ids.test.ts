import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";

const fullWidth = (text: string) =>
	text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

/** What other programs would take for the same id, and what only looks like it. */
const ALMOST: Readonly<Record<string, (id: string) => string>> = {
	"a URN": (id) => `urn:uuid:${id}`,
	braces: (id) => `%7B${id}%7D`,
	"no hyphens": (id) => id.replaceAll("-", ""),
	"35 characters": (id) => id.slice(0, -1),
	"37 characters": (id) => `${id}0`,
	"full-width digits": (id) => encodeURIComponent(fullWidth(id)),
	"a line feed behind it": (id) => `${id}%0A`,
	"a line feed before it": (id) => `%0A${id}`,
	"a space behind it": (id) => `${id}%20`,
	"a NUL behind it": (id) => `${id}%00`,
	"half a character behind it": (id) => `${id}%f0%28`,
	"another character of a UUID": (id) => `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`,
};

/** UUIDs as they should be, of kinds that are never a session's. */
const NOBODYS = {
	nil: "00000000-0000-0000-0000-000000000000",
	max: "ffffffff-ffff-ffff-ffff-ffffffffffff",
	"version 1": "c232ab00-9414-11ec-b3c8-9f6bdeced846",
	"version 7": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
};

const READS = ["", "/progress", "/answered-questions?page_id=1", "/events"];
const WRITES = ["/abandon", "/complete", "/restore", "/handoff"];

describe("what is almost a session's id, or nobody's, is unknown on every address, and told the same", () => {
	let app: TestApp;
	let id: string;
	beforeAll(async () => {
		app = await anApp();
		id = await app.start();
	});
	afterAll(() => app[Symbol.asyncDispose]());

	test.each([
		...Object.entries(ALMOST),
		...Object.entries(NOBODYS).map(([name, other]) => [name, () => other] as const),
	])("%s", async (_, change) => {
		const other = change(id);
		const at = `/api/v2/session/${other}`;
		const unknown = (await app.get(`/api/v2/session/${NOBODYS.nil}`)).body;
		const replies = [
			...(await Promise.all(READS.map((rest) => app.get(at + rest)))),
			...(await Promise.all(WRITES.map((rest) => app.post(at + rest)))),
			await app.post(`${at}/sync`, { sent_at: app.now(), operations: [] }),
			await app.get(`/api/v2/scores/${other}`),
			await app.submit(decoded(other), "team", SAMPLER_ANSWERS.team),
			await app.post("/api/v2/session/start", { replaces: decoded(other) }),
		];
		for (const { status, body } of replies) expect([status, body]).toEqual([404, unknown]);
		expect((await app.get(`${at}/validate`)).body["reason"]).toBe("not_found");
		const Cookie = `carhythm_session=${other}`;
		expect((await app.get("/api/v2/session/current", { Cookie })).status).toBe(204);
		expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({ session: { revision: 1 } });
	});
});

test("upper case is folded, wherever an id comes in, and told in lower case", async () => {
	await using app = await anApp();
	const id = await app.start();
	const upper = id.toUpperCase();
	expect((await app.submit(upper, "team", SAMPLER_ANSWERS.team)).status).toBe(200);
	for (const rest of ["", "/progress", "/validate"]) {
		const { status, body } = await app.get(`/api/v2/session/${upper}${rest}`);
		expect([rest, status]).toEqual([rest, 200]);
		expect(JSON.stringify(body)).toContain(id);
		expect(JSON.stringify(body)).not.toContain(upper);
	}
	const found = await app.get("/api/v2/session/current", { Cookie: `carhythm_session=${upper}` });
	expect(found.body).toMatchObject({ session: { session_id: id, answered: 1 } });
	expect((await app.post(`/api/v2/session/${upper}/complete`)).body).toMatchObject({
		session: { session_id: id, status: "completed" },
	});
	expect((await app.get(`/api/v2/scores/${upper}`)).body).toMatchObject({ session_id: id });
});

test("of a parameter that comes twice the first one counts", async () => {
	await using app = await anApp();
	const id = await app.start();
	await app.submit(id, "team", SAMPLER_ANSWERS.team);
	await app.submit(id, "dream", SAMPLER_ANSWERS.dream);
	const [first, , last] = [...app.version.index.pages.keys()];
	const answered = async (query: string) =>
		(await app.get(`/api/v2/session/${id}/answered-questions?${query}`)).body["answered_question_ids"];
	expect(await answered(`page_id=${first}&page_id=${last}`)).toEqual([app.question("team")]);
	expect(await answered(`page_id=${last}&page_id=${first}`)).toEqual([app.question("dream")]);
	const asked = async (query: string) => (await app.get(`/api/v2/questions?${query}`)).status;
	expect(await asked(`page_id=${first}&page_id=x`)).toBe(200);
	expect(await asked(`page_id=x&page_id=${first}`)).toBe(422);
	expect(await asked(`page_id=&page_id=${first}`)).toBe(422);
});

/** As it stands in a body; what is broken UTF-8 in an address cannot stand there. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text).replaceAll("\u0000", " ");
	} catch {
		return text;
	}
}

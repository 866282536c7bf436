import { isExpired } from "@carhythm/core";
import { expect, test } from "vitest";
import { engine } from "../../src/testing/stores/an-engine.ts";
import { aSimulatedServer, EXPIRY_DAYS } from "./simulated-server.ts";

// The rule of expiry is implemented three times: in core (which the browser also runs), in the server's
// replies, and in SQL (the operator's list).

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const MONTH = EXPIRY_DAYS * DAY;

const BEGINNINGS = {
	"an ordinary day": "2027-06-10T08:00:00.000Z",
	"over the clocks' change in spring (Europe, 28 March 2027)": "2027-03-20T01:30:00.000Z",
	"over the clocks' change in autumn (Europe, 31 October 2027)": "2027-10-15T00:59:59.999Z",
	"over the clocks' change in this zone's autumn (Chile, 4 April 2027)": "2027-03-20T03:00:00.000Z",
	"over the clocks' change in this zone's spring (Chile, 5 September 2027)": "2027-08-20T23:30:00.000Z",
	"over a leap day": "2028-02-10T23:59:59.000Z",
	"from a leap day": "2028-02-29T12:00:00.000Z",
	"over February of an ordinary year": "2027-02-10T00:00:00.000Z",
	"over the turn of a year": "2027-12-15T12:00:00.000Z",
} as const;

const LATER = [
	{ after: "29 d 23:59:59", by: MONTH - SECOND, expired: false },
	{ after: "exactly 30 d", by: MONTH, expired: false },
	{ after: "30 d and a millisecond", by: MONTH + 1, expired: true },
	{ after: "30 d 00:00:01", by: MONTH + SECOND, expired: true },
	{ after: "a clock that stepped back a day", by: -DAY, expired: false },
	{ after: "a clock that stepped ahead by 31 d", by: 31 * DAY, expired: true },
	{ after: "the same clock, put right again", by: DAY, expired: false },
] as const;

const cases = Object.entries(BEGINNINGS).map(([name, beginning]) => ({
	name,
	beginning: Date.parse(beginning),
}));

test("the zone of these tests has clocks that change, to and fro", () => {
	const changes = cases
		.filter(({ name }) => name.includes("this zone"))
		.map(({ beginning }) => hoursBehind(beginning + MONTH) - hoursBehind(beginning));
	expect(changes).toEqual([1, -1]);
});

test.each(cases)("$name: core, server and SQL agree to the millisecond", async ({ beginning }) => {
	let now = beginning;
	await using server = await aSimulatedServer(engine, () => now);
	const session_id = await started(server);
	const last_activity = new Date(beginning).toISOString();
	for (const { after, by, expired } of LATER) {
		now = beginning + by;
		const at = new Date(now).toISOString();
		expect([after, isExpired(last_activity, at, EXPIRY_DAYS)]).toEqual([after, expired]);

		const validity = await get(server, `/api/v2/session/${session_id}/validate`);
		expect([after, validity]).toMatchObject([
			after,
			expired ? { valid: false, reason: "expired", resumable: false } : { valid: true, resumable: true },
		]);
		const snapshot = await get(server, `/api/v2/session/${session_id}`);
		expect(snapshot).toMatchObject({ expired, expires_at: new Date(beginning + MONTH).toISOString() });

		const listed = async (status: "active" | "expired") =>
			(await server.admin().list({ status, limit: 9 })).length;
		expect([after, await listed("active"), await listed("expired")]).toEqual([
			after,
			expired ? 0 : 1,
			expired ? 1 : 0,
		]);
	}
});

test("looking at a session does not renew it, and an answer in the last moment does", async () => {
	let now = Date.parse("2027-03-20T01:30:00.000Z");
	await using server = await aSimulatedServer(engine, () => now);
	const session_id = await started(server);
	now += MONTH;
	await get(server, `/api/v2/session/${session_id}`);
	expect(await answer(server, session_id)).toBe(200);
	now += MONTH;
	expect(await get(server, `/api/v2/session/${session_id}/validate`)).toMatchObject({ valid: true });
	now += 1;
	await get(server, `/api/v2/session/${session_id}`);
	expect(await get(server, `/api/v2/session/${session_id}/validate`)).toMatchObject({ reason: "expired" });
	expect(await answer(server, session_id)).toBe(409);
});

function hoursBehind(millis: number): number {
	return new Date(millis).getTimezoneOffset() / 60;
}

type Server = Awaited<ReturnType<typeof aSimulatedServer>>;

async function started(server: Server): Promise<string> {
	const response = await server.request("/api/v2/session/start", { method: "POST" });
	const { session_id } = (await response.json()) as { session_id: string };
	return session_id;
}

async function get(server: Server, path: string): Promise<unknown> {
	return (await server.request(path, {})).json();
}

async function answer(server: Server, session_id: string): Promise<number> {
	const question_id = server.index.places[0]?.question.id;
	const body = JSON.stringify({ session_id, question_id, answer: { type: "slider", value: 7 } });
	const headers = { "content-type": "application/json" };
	return (await server.request("/api/v2/answers/submit", { method: "POST", headers, body })).status;
}

import { type OperationId, type SessionId, toInstant, toMillis } from "@carhythm/core";
import { expect, test } from "vitest";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { answering, countersEqualRows, slider, statuses, syncing } from "../../testing/stores/batches.ts";
import { type Batch, single } from "../store.ts";

const PHONE = "de000001-0000-4000-8000-000000000000";
const LAPTOP = "de000002-0000-4000-8000-000000000000";
const HOUR_S = 3600;

const CLOCKS = [
	{ clock: "is set back by 3 hours", seconds: -3 * HOUR_S },
	{ clock: "is set back by 2 days", seconds: -48 * HOUR_S },
	{ clock: "is set back by 400 days", seconds: -9600 * HOUR_S },
	{ clock: "is right", seconds: 0 },
	{ clock: "goes on by 3 hours", seconds: 3 * HOUR_S },
	{ clock: "goes on by 2 days", seconds: 48 * HOUR_S },
	{ clock: "goes on by 20 days", seconds: 480 * HOUR_S },
] as const;

type Sent = {
	value: number;
	after: OperationId | null /** Seconds by which the server's clock has changed. */;
	change: number;
};
type Send = (store: TestStore, session_id: SessionId, sent: Sent) => Batch;

const FIRST: Sent = { value: 1, after: null, change: 0 };

/** How the two answers are sent, one after the other; each waited for two seconds on its device. */
const WAYS: { way: string; first: Send; second: Send }[] = [
	{ way: "sync of one device", first: bySync(PHONE), second: bySync(PHONE) },
	{ way: "sync that names no device", first: bySync(null), second: bySync(null) },
	{ way: "sync of another device that saw nothing", first: bySync(PHONE), second: bySync(LAPTOP) },
	{ way: "sync that saw the answer", first: bySync(PHONE), second: bySync(LAPTOP, true) },
	{ way: "answers/submit", first: bySync(PHONE), second: bySubmit },
];

test.each(CLOCKS.flatMap((clock) => WAYS.map((way) => ({ ...clock, ...way }))))(
	"the answer that comes later stands when the server's clock $clock in between: $way",
	async ({ seconds, first, second }) => {
		await using store = await aStore();
		const session_id = await store.started();
		store.pass({ seconds: HOUR_S });
		const earlier = first(store, session_id, FIRST);
		expect(statuses(await store.sessions.operate(earlier))).toEqual(["applied"]);
		store.pass({ seconds: seconds + 30 });
		for (const value of [2, 3]) {
			store.pass({ seconds: 5 });
			const after = earlier.operations[0]?.operation_id ?? null;
			const later = second(store, session_id, { value, after, change: seconds });
			expect(statuses(await store.sessions.operate(later))).toEqual(["applied"]);
			const session = await store.sessions.load(session_id);
			expect(session?.state.answers[store.question("team")]?.answer).toEqual(slider(value));
		}
		await countersEqualRows(store);
	},
);

test("answers of one outbox keep their order while the server's clock is behind", async () => {
	await using store = await aStore();
	const session_id = await store.started();
	store.pass({ seconds: HOUR_S });
	await store.sessions.operate(bySync(LAPTOP)(store, session_id, FIRST));
	store.pass({ seconds: -2 * HOUR_S });
	const sent_at = toMillis(store.now());
	const operations = [5000, 3000, 3000, 1000].map((age, index) => ({
		// Ids that would win every tie against the order.
		id: `0f000000-0000-4000-8000-00000000000${9 - index}` as OperationId,
		command: answering(store, "team", slider(index + 1)),
		client_time: toInstant(sent_at - age),
	}));
	const outcome = await store.sessions.operate(syncing(store, session_id, ...operations));
	expect(statuses(outcome)).toEqual(["applied", "applied", "superseded", "applied"]);
	const session = await store.sessions.load(session_id);
	expect(session?.state.answers[store.question("team")]?.answer).toEqual(slider(4));
});

test("an answer that waited on its device for an hour is not taken for a direct one while the clock is behind", async () => {
	await using store = await aStore();
	const session_id = await store.started();
	store.pass({ seconds: 2 * HOUR_S });
	await store.sessions.operate(bySync(LAPTOP)(store, session_id, FIRST));
	store.pass({ seconds: -HOUR_S });
	const client_time = toInstant(toMillis(store.now()) - HOUR_S * 1000);
	const waited = { id: anOperationId(), command: answering(store, "team", slider(2)), client_time };
	const outcome = await store.sessions.operate(syncing(store, session_id, waited));
	expect(statuses(outcome)).toEqual(["superseded"]);
});

/** The device's own clock goes on as it went. */
function bySync(device_id: string | null, sees = false): Send {
	return (store, session_id, { value, after, change }) => {
		const command = answering(store, "team", slider(value));
		const clock = toMillis(store.now()) - change * 1000;
		const operation = { id: anOperationId(), command, client_time: toInstant(clock - 2000) };
		const batch = syncing(store, session_id, operation);
		const operations = batch.operations.map((one) => (sees ? { ...one, after } : one));
		return { ...batch, sent_at: toInstant(clock), device_id, operations };
	};
}

function bySubmit(store: TestStore, session_id: SessionId, { value }: Sent): Batch {
	return single(session_id, anOperationId(), answering(store, "team", slider(value)));
}

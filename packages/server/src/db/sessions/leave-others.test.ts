import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../testing/programs/racer.ts";
import { someRacers } from "../../testing/programs/racers.ts";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { answering, countersEqualRows, slider, statuses, syncing } from "../../testing/stores/batches.ts";
import { operateUnderFormerId } from "./operate-former.ts";

describe("many at once, in several processes", () => {
	const PROCESSES = 3;
	let store: TestStore;
	let racers: Awaited<ReturnType<typeof someRacers>>;

	beforeAll(async () => {
		store = await aStore();
		racers = await someRacers(store, PROCESSES);
	});
	afterAll(async () => {
		await racers[Symbol.asyncDispose]();
		await store[Symbol.asyncDispose]();
	});

	test("of several devices that leave each other one wins, and the others learn that they were left", async () => {
		const session_id = await store.started();
		const results = await racers.each(() =>
			Array.from({ length: 3 }, (): Job => ({ kind: "leave", session_id, operation_id: anOperationId() })),
		);
		const won = results.flat().filter((result) => result !== "session_moved");
		expect(won).toHaveLength(1);
		expect((await store.sessions.findByFormer(session_id))?.state.session_id).toBe(won[0]);
		expect(await store.sessions.find(session_id)).toBe(null);
	});

	test("the same request from everywhere moves the session once", async () => {
		const session_id = await store.started();
		const job: Job = { kind: "leave", session_id, operation_id: anOperationId() };
		const results = await racers.all([job, job, job]);
		expect(new Set(results.flat()).size).toBe(1);
		const { response_id } = (await store.sessions.findByFormer(session_id)) ?? {};
		const rows = await store.database.db
			.selectFrom("session_former_ids")
			.selectAll()
			.where("response_id", "=", response_id ?? 0)
			.execute();
		expect(rows).toHaveLength(1);
	});

	test("answers that are on their way while a session moves are all taken in", async () => {
		const session_id = await store.started();
		const batches = Array.from({ length: 20 }, (_, n) =>
			syncing(store, session_id, answering(store, "energy", slider(5 * n))),
		);
		const moving = racers.all([{ kind: "leave", session_id, operation_id: anOperationId() }]);
		const outcomes = await Promise.all(
			batches.map(async (batch) => {
				const outcome = await store.sessions.operate(batch);
				return outcome.ok ? outcome : store.sessions.operateFormer(batch);
			}),
		);
		await moving;
		for (const outcome of outcomes) {
			expect(outcome && statuses(outcome)[0]).toMatch(/^(applied|superseded)$/);
		}
		await countersEqualRows(store);
	});
});

test("a batch that waits while the session moves again is looked up again, and not for ever", async () => {
	await using store = await aStore();
	const { sessions } = store;
	const former = await store.started();
	const move = async () => {
		const present = (await sessions.findByFormer(former))?.state.session_id ?? former;
		await sessions.leaveOthers(present, anOperationId());
	};
	await move();
	const takeIn = (times: number) => {
		let left = times;
		return operateUnderFormerId(
			syncing(store, former, answering(store, "energy", slider(5 * times))),
			async (id) => {
				const found = await sessions.findByFormer(id);
				if (left-- > 0) await move();
				return found;
			},
			sessions.operate,
		);
	};
	const once = await takeIn(1);
	expect(once && statuses(once)).toEqual(["applied"]);
	const again = await takeIn(9);
	expect(again && statuses(again)).toEqual(["session_moved"]);
});

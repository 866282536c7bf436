import type { SessionId } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { answering, countersEqualRows, slider, syncing } from "../../testing/stores/batches.ts";
import { createSessionAdmin } from "../operator/session-admin.ts";
import { single } from "../store.ts";

describe("starting", () => {
	test("with the same id gives the same session; with another wish it is refused", async () => {
		await using store = await aStore();
		const request = {
			operation_id: anOperationId(),
			version: store.version,
			replaces: null,
			language: "en",
		} as const;
		const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.sessions.start(request)));
		const ids = new Set(outcomes.map((outcome) => outcome.ok && outcome.session.state.session_id));
		expect(ids.size).toBe(1);
		const other = await store.sessions.start({ ...request, language: "ar" });
		expect(!other.ok && other.refusal.code).toBe("operation_mismatch");
	});

	test("the same id gives the same session for a day; after it the id is refused and opens nothing", async () => {
		await using store = await aStore();
		const wanted = { version: store.version, language: "en" } as const;
		const begun = { ...wanted, operation_id: anOperationId(), replaces: null };
		const first = await store.sessions.start(begun);
		const replaces = first.ok ? first.session.state.session_id : null;
		const fresh = { ...wanted, operation_id: anOperationId(), replaces };
		// Led to the session that the other one began.
		const redirected = { ...fresh, operation_id: anOperationId() };
		for (const request of [fresh, redirected]) await store.sessions.start(request);
		const idsOf = (requests: readonly Parameters<typeof store.sessions.start>[0][]) =>
			Promise.all(
				requests.map(async (request) => {
					const outcome = await store.sessions.start(request);
					return outcome.ok ? outcome.session.state.session_id : outcome.refusal.code;
				}),
			);
		store.pass({ days: 1 });
		const [old, next, led] = await idsOf([begun, fresh, redirected]);
		expect(old).toBe(replaces);
		expect(next).not.toBe(replaces);
		expect(led).toBe(next);
		store.pass({ seconds: 1 });
		expect(await idsOf([begun, fresh, redirected])).toEqual(Array(3).fill("operation_mismatch"));
	});

	test("fresh sets the old session aside and begins an empty one, in one step", async () => {
		await using store = await aStore();
		const old = await store.started();
		await store.sessions.operate(syncing(store, old, answering(store, "energy", slider(5))));
		const fresh = await store.started(old);
		expect((await store.sessions.load(old))?.state).toMatchObject({
			status: "user_abandoned_not_completed",
			answered: 1,
		});
		expect((await store.sessions.load(fresh))?.state).toMatchObject({
			status: "active",
			answered: 0,
			answers: {},
		});
	});

	test("fresh from two tabs at once gives both the same new session", async () => {
		await using store = await aStore();
		const old = await store.started();
		const fresh = await Promise.all(Array.from({ length: 5 }, () => store.started(old)));
		expect(new Set(fresh).size).toBe(1);
		const active = await store.database.db
			.selectFrom("student_responses")
			.select("id")
			.where("status", "=", "active")
			.execute();
		expect(active).toHaveLength(1);
	});

	test("fresh in place of a completed session is refused", async () => {
		await using store = await aStore();
		const old = await store.started();
		await store.sessions.operate(single(old, anOperationId(), { kind: "complete" }));
		const outcome = await store.sessions.start({
			operation_id: null,
			version: store.version,
			replaces: old,
			language: "en",
		});
		expect(!outcome.ok && outcome.refusal.code).toBe("session_completed");
	});
});

describe("undoing Start Fresh", () => {
	test("swaps the two sessions, and can be undone in turn", async () => {
		await using store = await aStore();
		const old = await store.started();
		await store.sessions.operate(syncing(store, old, answering(store, "energy", slider(5))));
		const fresh = await store.started(old);
		const status = async (id: SessionId) => (await store.sessions.find(id))?.state.status;

		expect((await store.sessions.restore(old, anOperationId())).ok).toBe(true);
		expect([await status(old), await status(fresh)]).toEqual(["active", "user_abandoned_not_completed"]);
		expect((await store.sessions.load(old))?.state.answers[store.question("energy")]?.answer).toEqual(
			slider(5),
		);

		expect((await store.sessions.restore(fresh, anOperationId())).ok).toBe(true);
		expect([await status(old), await status(fresh)]).toEqual(["user_abandoned_not_completed", "active"]);
	});

	test("applies what came late meanwhile", async () => {
		await using store = await aStore();
		const old = await store.started();
		await store.started(old);
		store.pass({ seconds: 30 });
		await store.sessions.operate(syncing(store, old, answering(store, "energy", slider(75))));
		store.pass({ seconds: 30 });
		await store.sessions.restore(old, anOperationId());
		const state = (await store.sessions.load(old))?.state;
		expect(state?.answers[store.question("energy")]?.answer).toEqual(slider(75));
		expect(state?.answered).toBe(1);
		await countersEqualRows(store);
	});

	test("of a session that is active changes nothing, not when it is repeated after a later fresh start either", async () => {
		await using store = await aStore();
		const old = await store.started();
		const before = (await store.sessions.load(old))?.state;
		store.pass({ days: 1 });
		const operation_id = anOperationId();
		expect((await store.sessions.restore(old, operation_id)).ok).toBe(true);
		const after = (await store.sessions.load(old))?.state;
		expect(after).toEqual({ ...before, revision: 2 });

		const fresh = await store.started(old);
		const again = await store.sessions.restore(old, operation_id);
		expect(again).toMatchObject({ ok: true, session: { state: { status: "user_abandoned_not_completed" } } });
		expect((await store.sessions.find(fresh))?.state.status).toBe("active");
		expect((await store.sessions.find(old))?.state).toMatchObject({
			status: "user_abandoned_not_completed",
			revision: 3,
		});
		const spent = await store.sessions.operate(single(old, operation_id, { kind: "abandon" }));
		expect(!spent.ok && spent.refusal.code).toBe("operation_mismatch");
	});

	test("is possible for seven days", async () => {
		await using store = await aStore();
		const old = await store.started();
		await store.started(old);
		store.pass({ days: 7, seconds: 1 });
		const outcome = await store.sessions.restore(old, anOperationId());
		expect(!outcome.ok && outcome.refusal.code).toBe("session_not_restorable");
	});

	describe("never leaves two sessions active that took each other's place,", () => {
		async function active(store: TestStore, ...ids: SessionId[]): Promise<boolean[]> {
			const found = await Promise.all(ids.map((id) => store.sessions.find(id)));
			return found.map((session) => session?.state.status === "active");
		}
		const abandon = (store: TestStore, id: SessionId) =>
			store.sessions.operate(single(id, anOperationId(), { kind: "abandon" }));
		const restore = (store: TestStore, id: SessionId) => store.sessions.restore(id, anOperationId());

		test("not when the new one had been set aside by itself before", async () => {
			await using store = await aStore();
			const old = await store.started();
			const fresh = await store.started(old);
			await abandon(store, fresh);
			await restore(store, old);
			expect(await active(store, old, fresh)).toEqual([true, false]);
			await restore(store, fresh);
			expect(await active(store, old, fresh)).toEqual([false, true]);
		});

		test("not when a third was begun after that", async () => {
			await using store = await aStore();
			const old = await store.started();
			const fresh = await store.started(old);
			await abandon(store, fresh);
			const third = await store.started(old);
			expect(await active(store, old, fresh, third)).toEqual([false, false, true]);
			await restore(store, fresh);
			expect(await active(store, old, fresh, third)).toEqual([false, true, false]);
			await restore(store, old);
			expect(await active(store, old, fresh, third)).toEqual([true, false, false]);
			await restore(store, third);
			expect(await active(store, old, fresh, third)).toEqual([false, false, true]);
		});

		test("not when one between them was erased", async () => {
			await using store = await aStore();
			const old = await store.started();
			const between = await store.started(old);
			const last = await store.started(between);
			const display_id = (await store.sessions.find(between))?.display_id ?? "";
			const { database, assessments, now } = store;
			const admin = createSessionAdmin(database, { assessments, now, expiry_days: 30, eraseKept });
			expect(await admin.erase(display_id, { kind: "system_user", name: "a test" })).not.toBeNull();
			await restore(store, old);
			expect(await active(store, old, last)).toEqual([true, false]);
		});

		test("not when both are brought back at once", async () => {
			await using store = await aStore();
			const old = await store.started();
			const fresh = await store.started(old);
			for (let round = 0; round < 10; round += 1) {
				for (const id of [old, fresh]) await abandon(store, id);
				await Promise.all([restore(store, old), restore(store, fresh), restore(store, old)]);
				expect((await active(store, old, fresh)).filter(Boolean)).toHaveLength(1);
			}
		});
	});
});

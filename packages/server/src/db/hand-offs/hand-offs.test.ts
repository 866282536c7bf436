import { type OperationId, parseHandOffCode, type SessionId } from "@carhythm/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import type { Job } from "../../testing/programs/racer.ts";
import { someRacers } from "../../testing/programs/racers.ts";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { answering, slider, statuses, syncing } from "../../testing/stores/batches.ts";
import { createSessionAdmin } from "../operator/session-admin.ts";
import { single } from "../store.ts";
import { deriveCode } from "./secrets.ts";

async function aCode(store: TestStore, session_id: SessionId, operation_id = anOperationId()) {
	const outcome = await store.sessions.handOff(session_id, operation_id);
	if (!outcome.ok) throw new Error(outcome.refusal.code);
	return outcome;
}

async function redeem(
	store: TestStore,
	code: string,
	more: { operation_id?: OperationId; device_id?: OperationId; label?: string } = {},
) {
	const parsed = parseHandOffCode(code);
	if (!parsed) throw new Error(`${code} is no code.`);
	const outcome = await store.sessions.redeem({
		code: parsed,
		operation_id: anOperationId(),
		device_id: anOperationId(),
		label: "Firefox (Android)",
		...more,
	});
	return outcome.ok ? outcome.session_id : outcome.refusal.code;
}

/** A code with the same selector and another verifier. */
function wrong(code: string): string {
	return code.slice(0, -1) + (code.endsWith("0") ? "1" : "0");
}

describe("a code", () => {
	test("continues the session on the device that brings it, once", async () => {
		await using store = await aStore();
		const id = await store.started();
		const { code, expires_at } = await aCode(store, id);
		expect(code).toMatch(/^[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}$/);
		expect(expires_at).toBe("2026-03-01T08:10:00.000Z");
		expect((await store.sessions.find(id))?.state.holder).toBeNull();

		store.pass({ seconds: 90 });
		const device_id = anOperationId();
		expect(await redeem(store, code.toLowerCase().replaceAll("-", " "), { device_id })).toBe(id);
		const holder = { device_id, label: "Firefox (Android)", since: "2026-03-01T08:01:30.000Z" };
		expect((await store.sessions.find(id))?.state.holder).toEqual(holder);
		expect((await store.sessions.load(id))?.state.holder).toEqual(holder);
		expect(await redeem(store, code)).toBe("hand_off_code_invalid");
	});

	test("brought again by the same operation gives the session again", async () => {
		await using store = await aStore();
		const id = await store.started();
		const { code } = await aCode(store, id);
		const operation_id = anOperationId();
		expect(await redeem(store, code, { operation_id })).toBe(id);
		const { revision } = (await store.sessions.find(id))?.state ?? {};
		store.pass({ days: 1 });
		expect(await redeem(store, code, { operation_id })).toBe(id);
		expect((await store.sessions.find(id))?.state.revision).toBe(revision);
	});

	test("brought again by the same operation gives the session again when there is a newer code, and after guesses", async () => {
		await using store = await aStore();
		const id = await store.started();
		const { code } = await aCode(store, id);
		const operation_id = anOperationId();
		expect(await redeem(store, code, { operation_id })).toBe(id);
		for (let guess = 0; guess < 5; guess += 1) await redeem(store, wrong(code));
		expect(await redeem(store, code, { operation_id })).toBe(id);
		const newer = await aCode(store, id);
		expect(await redeem(store, code, { operation_id })).toBe(id);
		expect(await redeem(store, code)).toBe("hand_off_code_invalid");
		expect(await redeem(store, newer.code)).toBe(id);
	});

	test("brought under an id that stands for something else is refused, and can still be used", async () => {
		await using store = await aStore();
		const id = await store.started();
		const answer = answering(store, "energy", slider(20));
		await store.sessions.operate(syncing(store, id, answer));
		const [{ operation_id }] = (await store.database.db
			.selectFrom("session_events")
			.select("operation_id")
			.where("kind", "=", "answer")
			.execute()) as [{ operation_id: OperationId }];
		const { code } = await aCode(store, id);
		expect(await redeem(store, code, { operation_id })).toBe("operation_mismatch");
		expect(await redeem(store, code)).toBe(id);
	});

	test("is good for ten minutes", async () => {
		await using store = await aStore();
		const [first, second] = [await store.started(), await store.started()];
		const codes = [await aCode(store, first), await aCode(store, second)] as const;
		store.pass({ seconds: 599 });
		expect(await redeem(store, codes[0].code)).toBe(first);
		store.pass({ seconds: 1 });
		expect(await redeem(store, codes[1].code)).toBe("hand_off_code_invalid");
	});

	test("is void as soon as there is a newer one; asking again with the same id makes none", async () => {
		await using store = await aStore();
		const id = await store.started();
		const operation_id = anOperationId();
		const first = await aCode(store, id, operation_id);
		expect(await aCode(store, id, operation_id)).toEqual(first);
		const second = await aCode(store, id);
		expect(await aCode(store, id, operation_id)).toEqual(first);
		expect(await redeem(store, first.code)).toBe("hand_off_code_invalid");
		expect(await redeem(store, second.code)).toBe(id);
	});

	test("that is void gives its selector away, and is known all the same to the request that made it", async () => {
		await using store = await aStore();
		const [id, other] = [await store.started(), await store.started()];
		const [first, used, unused] = [anOperationId(), anOperationId(), anOperationId()];
		const voided = await aCode(store, id, first);
		const by = anOperationId();
		const brought = await aCode(store, id, used);
		expect(await redeem(store, brought.code, { operation_id: by })).toBe(id);
		const left = await aCode(store, id, unused);
		const newest = await aCode(store, id);
		const rows = await store.database.db.selectFrom("hand_offs").select("selector").orderBy("id").execute();
		const selectors = rows.map(({ selector }) => selector).filter((selector) => selector.length === 4);
		expect(selectors).toEqual([brought, newest].map(({ code }) => parseHandOffCode(code)?.selector));

		const codes = { [first]: voided, [used]: brought, [unused]: left };
		for (const [operation_id, code] of Object.entries(codes)) {
			expect(await aCode(store, id, operation_id as OperationId)).toEqual(code);
		}
		expect(await redeem(store, brought.code, { operation_id: by })).toBe(id);
		expect(await redeem(store, voided.code)).toBe("hand_off_code_invalid");

		// Another code may have it, and takes no harm from one who still brings the old one.
		const free = deriveCode(other, by, 0);
		await store.database.db
			.updateTable("hand_offs")
			.set({ selector: `${free.selector}~1` })
			.where("operation_id", "=", first)
			.execute();
		const again = await aCode(store, other, by);
		expect(parseHandOffCode(again.code)).toEqual(free);
		expect(await redeem(store, again.code)).toBe(other);
		expect(await redeem(store, newest.code)).toBe(id);
	});

	test("is void after five wrong guesses, and not before", async () => {
		await using store = await aStore();
		for (const [guesses, expected] of [
			[4, "session"],
			[5, "hand_off_code_invalid"],
		] as const) {
			const id = await store.started();
			const { code } = await aCode(store, id);
			for (let guess = 0; guess < guesses; guess += 1) {
				expect(await redeem(store, wrong(code))).toBe("hand_off_code_invalid");
			}
			expect(await redeem(store, code)).toBe(expected === "session" ? id : expected);
		}
	});

	test("of a session that has ended is refused, with the reason", async () => {
		await using store = await aStore();
		const done = await store.started();
		const { code } = await aCode(store, done);
		await store.sessions.operate(single(done, anOperationId(), { kind: "complete" }));
		expect(await redeem(store, code)).toBe("session_completed");
		const again = await store.sessions.handOff(done, anOperationId());
		expect(!again.ok && again.refusal.code).toBe("session_completed");

		const forgotten = await store.started();
		store.pass({ days: 31 });
		const late = await store.sessions.handOff(forgotten, anOperationId());
		expect(!late.ok && late.refusal.code).toBe("session_expired");
		const unknown = await store.sessions.handOff(anOperationId() as string as SessionId, anOperationId());
		expect(!unknown.ok && unknown.refusal.code).toBe("session_not_found");
	});

	test("whose selector is taken gets another one; one that is long dead makes room", async () => {
		await using store = await aStore();
		const [other, id] = [await store.started(), await store.started()];
		const taken = await aCode(store, other);
		const operation_id = anOperationId();
		const wanted = deriveCode(id, operation_id, 0);
		await store.database.db.updateTable("hand_offs").set({ selector: wanted.selector }).execute();
		const { code } = await aCode(store, id, operation_id);
		expect(parseHandOffCode(code)).toEqual(deriveCode(id, operation_id, 1));
		expect((await aCode(store, id, operation_id)).code).toBe(code);

		store.pass({ days: 2 });
		await store.database.db.deleteFrom("hand_offs").where("selector", "!=", wanted.selector).execute();
		expect(parseHandOffCode((await aCode(store, id, operation_id)).code)).toEqual(wanted);
		expect(taken.code).not.toBe(code);
		const other_codes = store.database.db.selectFrom("hand_offs").selectAll();
		expect(await other_codes.where("selector", "like", `${wanted.selector}~%`).execute()).toHaveLength(1);
	});

	test("stands nowhere in the database, and erasing the session takes what is left of it", async () => {
		await using store = await aStore();
		const id = await store.started();
		const { code } = await aCode(store, id);
		await redeem(store, code);
		const rows = JSON.stringify([
			await store.database.db.selectFrom("hand_offs").selectAll().execute(),
			await store.database.db.selectFrom("session_events").selectAll().execute(),
		]);
		const verifier = parseHandOffCode(code)?.verifier ?? "";
		expect(rows).not.toContain(verifier);
		const { display_id } = (await store.sessions.find(id)) ?? { display_id: "" };
		const admin = createSessionAdmin(store.database, { ...store, expiry_days: 30, eraseKept });
		await admin.erase(display_id, { kind: "system_user", name: "a test" });
		for (const table of ["hand_offs", "session_holders"] as const) {
			expect(await store.database.db.selectFrom(table).selectAll().execute()).toEqual([]);
		}
	});
});

describe("after a hand-off", () => {
	test("what the old device had queued still counts, and “continue here instead” takes the session back", async () => {
		await using store = await aStore();
		const id = await store.started();
		const { code } = await aCode(store, id);
		await redeem(store, code);
		const queued = answering(store, "energy", slider(20));
		expect(statuses(await store.sessions.operate(syncing(store, id, queued)))).toEqual(["applied"]);

		const device_id = anOperationId();
		const back = { kind: "hold", device_id, label: "Chrome (Windows)" } as const;
		expect(statuses(await store.sessions.operate(syncing(store, id, back)))).toEqual(["applied"]);
		expect((await store.sessions.load(id))?.state).toMatchObject({
			holder: { device_id, label: "Chrome (Windows)" },
			answered: 1,
		});
	});
});

describe("many at once, in several processes", () => {
	const PROCESSES = 3;
	const AT_ONCE = 51;
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

	test("one request for a code, repeated, makes one code", async () => {
		const id = await store.started();
		const job: Job = { kind: "hand_off", session_id: id, operation_id: anOperationId() };
		const codes = await racers.all(Array.from({ length: AT_ONCE / PROCESSES }, () => job));
		expect(new Set(codes.flat()).size).toBe(1);
		expect(await store.database.db.selectFrom("hand_offs").selectAll().execute()).toHaveLength(1);
	});

	test("one code, brought by many devices, lets one of them in", async () => {
		const id = await store.started();
		const { code } = await aCode(store, id);
		const results = await racers.each(() =>
			Array.from({ length: AT_ONCE / PROCESSES }, () => ({
				kind: "redeem" as const,
				code,
				operation_id: anOperationId(),
				device_id: anOperationId(),
			})),
		);
		expect(results.flat().filter((result) => result === id)).toHaveLength(1);
		expect(new Set(results.flat())).toEqual(new Set([id, "hand_off_code_invalid"]));
		const holds = await store.database.db
			.selectFrom("session_events")
			.innerJoin("student_responses", "student_responses.id", "session_events.response_id")
			.selectAll("session_events")
			.where("student_responses.session_id", "=", id)
			.where("session_events.kind", "=", "hold")
			.execute();
		expect(holds).toHaveLength(1);
	});

	test("guesses are counted one by one, however many come together", async () => {
		const id = await store.started();
		const { code } = await aCode(store, id);
		await racers.each(() =>
			Array.from({ length: 6 }, () => ({
				kind: "redeem" as const,
				code: wrong(code),
				operation_id: anOperationId(),
				device_id: anOperationId(),
			})),
		);
		expect(await redeem(store, code)).toBe("hand_off_code_invalid");
		const [row] = await store.database.db
			.selectFrom("hand_offs")
			.select("failed_guesses")
			.orderBy("id", "desc")
			.execute();
		expect(row?.failed_guesses).toBe(5);
	});
});

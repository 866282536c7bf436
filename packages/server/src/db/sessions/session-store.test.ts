import { type Answer, type Command, type Instant, type SessionId, toInstant, toMillis } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import { anOperationId, aStore } from "../../testing/stores/a-store.ts";
import { answering, countersEqualRows, slider, statuses, syncing } from "../../testing/stores/batches.ts";
import { single } from "../store.ts";
import { abandoning } from "../writes/apply-batch.ts";

describe("an answer", () => {
	test("is stored with its session's place, activity and counts", async () => {
		await using store = await aStore();
		const id = await store.started();
		store.pass({ seconds: 60 });
		const outcome = await store.sessions.operate(syncing(store, id, answering(store, "energy", slider(40))));
		expect(statuses(outcome)).toEqual(["applied"]);

		const stored = await store.sessions.load(id);
		const place = store.version.index.by_question.get(store.question("energy"));
		expect(stored?.state).toMatchObject({
			answered: 1,
			ever_answered: 1,
			revision: 2,
			last_activity: store.now(),
			place: { question_id: place?.question.id, page_id: place?.page.id },
		});
		expect(stored?.state.answers[store.question("energy")]).toMatchObject({
			answer: slider(40),
			revision: 2,
		});
		const rows = await store.database.db.selectFrom("question_answers").selectAll().execute();
		expect(rows).toMatchObject([{ answer_value: 40, answer_text: null, answer_json: null }]);
		await countersEqualRows(store);
	});

	test("survives being sent again and again, and has one effect and one reply", async () => {
		await using store = await aStore();
		const id = await store.started();
		const operation = { id: anOperationId(), command: answering(store, "energy", slider(40)) };
		const first = await store.sessions.operate(syncing(store, id, operation));
		store.pass({ days: 3 });
		const again = await Promise.all(
			Array.from({ length: 20 }, () => store.sessions.operate(syncing(store, id, operation))),
		);
		for (const outcome of again) {
			const replayed = first.ok && first.results.map((result) => ({ ...result, replayed: true }));
			expect(outcome.ok && outcome.results).toEqual(replayed);
		}
		expect((await store.sessions.find(id))?.state).toMatchObject({ answered: 1, revision: 2 });
	});

	test("of another content under the same id is refused", async () => {
		await using store = await aStore();
		const id = await store.started();
		const operation = anOperationId();
		const command = (value: number) => answering(store, "energy", slider(value));
		await store.sessions.operate(syncing(store, id, { id: operation, command: command(40) }));
		const outcome = await store.sessions.operate(syncing(store, id, { id: operation, command: command(45) }));
		expect(outcome.ok && outcome.results[0]?.result).toMatchObject({
			status: "refused",
			code: "operation_mismatch",
		});
		expect((await store.sessions.load(id))?.state.answers[store.question("energy")]?.answer).toEqual(
			slider(40),
		);
	});

	test("that is changed keeps the count; clearing it takes no XP back", async () => {
		await using store = await aStore();
		const id = await store.started();
		const commands: Command[] = [
			answering(store, "energy", slider(40)),
			answering(store, "energy", slider(60)),
			{ kind: "clear", question_id: store.question("energy") },
			answering(store, "energy", slider(80)),
		];
		const gained = [];
		for (const command of commands) {
			store.pass({ seconds: 1 });
			const outcome = await store.sessions.operate(syncing(store, id, command));
			const result = outcome.ok ? outcome.results[0]?.result : undefined;
			gained.push(result && "xp_gained" in result ? result.xp_gained : null);
		}
		expect(gained).toEqual([10, 0, 0, 0]);
		expect((await store.sessions.find(id))?.state).toMatchObject({ answered: 1, ever_answered: 1 });
		await countersEqualRows(store);
	});

	test("that was given earlier on another device loses to the later one, and stays in the history", async () => {
		await using store = await aStore();
		const id = await store.started();
		const began = store.now();
		store.pass({ seconds: 600 });
		await store.sessions.operate(syncing(store, id, answering(store, "energy", slider(90))));
		const outcome = await store.sessions.operate(
			syncing(store, id, {
				id: anOperationId(),
				command: answering(store, "energy", slider(10)),
				client_time: began,
			}),
		);
		expect(statuses(outcome)).toEqual(["superseded"]);
		expect((await store.sessions.load(id))?.state.answers[store.question("energy")]?.answer).toEqual(
			slider(90),
		);
		const history = await store.database.db
			.selectFrom("session_events")
			.select(["value", "outcome"])
			.where("kind", "=", "answer")
			.orderBy("revision")
			.execute();
		expect(history.map(({ value, outcome: kept }) => [JSON.parse(value ?? "null").value, kept])).toEqual([
			[90, "applied"],
			[10, "superseded"],
		]);
	});

	test("that follows another on the same device is the later one, however long the first was under way", async () => {
		await using store = await aStore();
		const id = await store.started();
		store.pass({ seconds: 60 });
		const given = store.now();
		const device_id = anOperationId();
		const send = (value: number, client_time: Instant, sent_at: Instant) =>
			store.sessions.operate({
				session_id: id,
				device_id,
				sent_at,
				mode: "sync",
				operations: [
					{ operation_id: anOperationId(), client_time, command: answering(store, "energy", slider(value)) },
				],
			});
		store.pass({ seconds: 1 });
		const changed = store.now();
		store.pass({ seconds: 5 });
		// Sent at once, but six seconds under way; the change waits for its reply and is then quick.
		expect(statuses(await send(20, given, given))).toEqual(["applied"]);
		expect(statuses(await send(80, changed, store.now()))).toEqual(["applied"]);
		expect((await store.sessions.load(id))?.state.answers[store.question("energy")]?.answer).toEqual(
			slider(80),
		);
	});

	test("that does not fit is refused alone; its neighbours in the batch are stored", async () => {
		await using store = await aStore();
		const id = await store.started();
		const outcome = await store.sessions.operate(
			syncing(
				store,
				id,
				answering(store, "team", slider(3)),
				answering(store, "energy", slider(41)),
				{ kind: "move", question_id: 999_999 },
				answering(store, "energy", slider(45)),
			),
		);
		expect(statuses(outcome)).toEqual(["applied", "refused", "refused", "applied"]);
		await countersEqualRows(store);
	});
});

describe("a draft", () => {
	test("comes back as it was left and goes when the question is answered", async () => {
		await using store = await aStore();
		const id = await store.started();
		const question =
			store.version.index.places.find(({ question: q }) => q.type === "essay")?.question.id ?? 0;
		const text = (words: string): Answer => ({ type: "essay", text: words });
		await store.sessions.operate(
			syncing(store, id, { kind: "draft", question_id: question, draft: text("Half a") }),
		);
		expect((await store.sessions.load(id))?.state.drafts[question]?.draft).toEqual(text("Half a"));

		store.pass({ seconds: 5 });
		await store.sessions.operate(
			syncing(store, id, { kind: "answer", question_id: question, answer: text("Half a day.") }),
		);
		const state = (await store.sessions.load(id))?.state;
		expect(state?.drafts).toEqual({});
		expect(state?.answers[question]?.answer).toEqual(text("Half a day."));
	});

	const years_ago = (time: Instant) => toInstant(toMillis(time) - 20 * 365 * 86_400_000);
	const ways = ["together", "one by one"] as const;

	async function typeBy(
		orders: "a laptop between" | "given up, and there all the same" | "given up, and a laptop's is newer",
		how: (typeof ways)[number],
	) {
		await using store = await aStore();
		const id = await store.started();
		const essay =
			store.version.index.places.find(({ question }) => question.type === "essay")?.question.id ?? 0;
		const [phone, laptop] = [anOperationId(), anOperationId()];
		const draft = (text: string) =>
			({ kind: "draft", question_id: essay, draft: { type: "essay", text } }) as const;
		const move = { kind: "move", question_id: store.question("energy") } as const;
		const by = (device_id: string, sent_at: Instant, ...done: [Instant, Command][]) => ({
			session_id: id,
			device_id,
			sent_at,
			mode: "sync" as const,
			operations: done.map(([client_time, command]) => ({
				operation_id: anOperationId(),
				client_time,
				command,
			})),
		});
		store.pass({ seconds: 60 });
		const begun = store.now();
		store.pass({ seconds: 1 });
		const gone_on = store.now();
		store.pass({ seconds: 1 });
		const typed = store.now();
		store.pass({ seconds: 4 });
		const now = store.now();
		const slow = by(phone, begun, [begun, draft("Half")]);
		const quick = by(phone, now, [gone_on, draft("Half a thought")], [now, move]);
		const requests = {
			"a laptop between": [
				slow,
				by(laptop, now, [now, move]),
				by(phone, now, [gone_on, draft("Half a thought")]),
			],
			"given up, and there all the same": [quick, slow],
			// The laptop's clock is years behind.
			"given up, and a laptop's is newer": [
				by(laptop, years_ago(now), [years_ago(typed), draft("A whole thought")]),
				quick,
				slow,
			],
		}[orders];
		if (how === "together") await Promise.all(requests.map(store.sessions.operate));
		else for (const request of requests) await store.sessions.operate(request);
		return (await store.sessions.load(id))?.state.drafts[essay]?.draft;
	}

	test.for(ways)(
		"of a device whose request was slow does not stand above the next, also when another device wrote in between: %s",
		async (how) => {
			expect(await typeBy("a laptop between", how)).toEqual({ type: "essay", text: "Half a thought" });
		},
	);

	test.for(ways)(
		"that was given up for a newer one, and comes all the same after it, is the older one: %s",
		async (how) => {
			expect(await typeBy("given up, and there all the same", how)).toEqual({
				type: "essay",
				text: "Half a thought",
			});
		},
	);

	test.for(ways)(
		"that was given up for a newer one does not stand above another device's that is newer still, whatever its clock says: %s",
		async (how) => {
			expect(await typeBy("given up, and a laptop's is newer", how)).toEqual({
				type: "essay",
				text: "A whole thought",
			});
		},
	);

	test("leaves no half-typed text in the history", async () => {
		await using store = await aStore();
		const id = await store.started();
		const question =
			store.version.index.places.find(({ question: q }) => q.type === "essay")?.question.id ?? 0;
		const draft: Answer = { type: "essay", text: "a secret that was never submitted" };
		await store.sessions.operate(syncing(store, id, { kind: "draft", question_id: question, draft }));
		const events = await store.database.db.selectFrom("session_events").selectAll().execute();
		expect(JSON.stringify(events)).not.toContain("secret");
	});
});

describe("a session that has ended", () => {
	test("refuses a submitted answer and changes nothing", async () => {
		await using store = await aStore();
		const id = await store.started();
		await store.sessions.operate(abandoning(id, anOperationId()));
		const before = await store.sessions.load(id);
		const outcome = await store.sessions.operate(
			single(id, anOperationId(), answering(store, "energy", slider(5))),
		);
		expect(statuses(outcome)).toEqual(["session_abandoned"]);
		expect(await store.sessions.load(id)).toEqual(before);
	});

	test("keeps a synced answer aside as late, once", async () => {
		await using store = await aStore();
		const id = await store.started();
		await store.sessions.operate(single(id, anOperationId(), { kind: "complete" }));
		const operation = { id: anOperationId(), command: answering(store, "energy", slider(5)) };
		for (const _ of [1, 2]) {
			const outcome = await store.sessions.operate(syncing(store, id, operation));
			expect(outcome.ok && outcome.results[0]?.result).toMatchObject({
				status: "late",
				code: "session_completed",
			});
		}
		const late = await store.database.db
			.selectFrom("session_events")
			.selectAll()
			.where("outcome", "=", "late")
			.execute();
		expect(late).toHaveLength(1);
		expect((await store.sessions.find(id))?.state).toMatchObject({ status: "completed", answered: 0 });
	});

	test("by expiry is known by the server's clock alone: 30 days after the last activity", async () => {
		await using store = await aStore();
		const id = await store.started();
		store.pass({ days: 30 });
		const onTime = await store.sessions.operate(
			single(id, anOperationId(), answering(store, "energy", slider(5))),
		);
		expect(statuses(onTime)).toEqual(["applied"]);
		store.pass({ days: 30, seconds: 1 });
		const late = await store.sessions.operate(
			single(id, anOperationId(), answering(store, "team", slider(5))),
		);
		expect(statuses(late)).toEqual(["session_expired"]);
	});
});

describe("many students at once", () => {
	test("share commits, and each gets their own reply", async () => {
		const groups: number[] = [];
		await using store = await aStore({
			observer: {
				gathered: (size) => groups.push(size),
				committed: () => {},
				turned: () => {},
				operated: () => {},
			},
		});
		const ids = await Promise.all(Array.from({ length: 40 }, () => store.started()));
		const outcomes = await Promise.all(
			ids.map((id, n) =>
				store.sessions.operate(syncing(store, id, answering(store, "energy", slider(5 * (n % 20))))),
			),
		);
		for (const [n, outcome] of outcomes.entries()) {
			expect(outcome.ok && outcome.session.state.session_id).toBe(ids[n]);
		}
		expect(groups.reduce((sum, size) => sum + size, 0)).toBe(40);
		expect(groups.length).toBeLessThan(10);
		await countersEqualRows(store);
	});

	test("a session that nobody knows fails alone", async () => {
		await using store = await aStore();
		const id = await store.started();
		const unknown = "99999999-9999-4999-8999-999999999999" as SessionId;
		const [known, stranger] = await Promise.all([
			store.sessions.operate(syncing(store, id, answering(store, "energy", slider(5)))),
			store.sessions.operate(syncing(store, unknown, answering(store, "energy", slider(5)))),
		]);
		expect([statuses(known), statuses(stranger)]).toEqual([["applied"], ["session_not_found"]]);
	});
});

describe("telling who one is", () => {
	const person = {
		email: "a@example.org",
		full_name: "A",
		age_group: "18-24",
		country: "EG",
		origin_country: "EG",
	};

	test("completes the session; a second time it changes the person only", async () => {
		await using store = await aStore();
		const id = await store.started();
		expect((await store.sessions.saveStudentInfo(id, person)).ok).toBe(true);
		const completed_at = (await store.sessions.find(id))?.completed_at;
		expect(completed_at).toBe(store.now());
		store.pass({ days: 1 });
		expect((await store.sessions.saveStudentInfo(id, { ...person, full_name: "B" })).ok).toBe(true);
		const row = await store.database.db.selectFrom("student_responses").selectAll().executeTakeFirstOrThrow();
		expect(row).toMatchObject({ full_name: "B", status: "completed", completed_at });
	});

	test("does not bring back a session that was set aside", async () => {
		await using store = await aStore();
		const id = await store.started();
		await store.started(id);
		const outcome = await store.sessions.saveStudentInfo(id, person);
		expect(!outcome.ok && outcome.refusal.code).toBe("session_abandoned");
	});
});

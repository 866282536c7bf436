import "fake-indexeddb/auto";
import { type SyncOperation, sessionXp } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import { eventLoopTurns } from "../testing/virtual-clock.ts";
import { begin, essay, mintId, newStorage, openTab, resumeSession, saved, slider } from "../testing/visit.ts";
import { breakable, createWorld, isSync, offline, type Request, until } from "../testing/world.ts";

const commandsSent = (requests: readonly Request[]) =>
	requests.filter(isSync).flatMap(({ body }) => (body as { operations: SyncOperation[] }).operations);

describe("a storage that fails", () => {
	async function withBreakableStorage() {
		const world = createWorld();
		const { storage, state } = breakable(await newStorage());
		const tab = openTab(world, storage);
		return { world, storage, disk: state, session: await tab.client.start({ language: "en" }), ...tab };
	}

	test("full: it says so, sends from memory, and says saved only when the server has it", async () => {
		const { world, session, disk } = await withBreakableStorage();
		disk.broken = "storage_full";
		world.network.fault = offline;
		expect(await session.answer(1, slider(4))).toEqual({ ok: true, on_device: false });
		expect(session.save).toEqual({ kind: "not_saved", pending: 1, reason: "storage_full" });
		expect(session.state.answers[1]?.answer).toEqual(slider(4));
		world.network.fault = () => null;
		await session.flush();
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(4));
		expect(session.save).toEqual({ kind: "saved" });
		expect(session.state.answered).toBe(1);
		const sent = commandsSent(world.requests).length;
		await world.advance(200_000);
		expect(commandsSent(world.requests)).toHaveLength(sent);
	});

	test("and works again: what was in memory only goes to the device before it is sent", async () => {
		const { world, session, disk, storage } = await withBreakableStorage();
		disk.broken = "storage_failed";
		world.network.fault = offline;
		await session.answer(1, slider(4));
		await session.answer(2, slider(4));
		disk.broken = null;
		await world.advance(100_000);
		expect(session.save).toMatchObject({ kind: "on_device", pending: 2 });
		expect(await storage.read((tx) => tx.list("outbox"))).toHaveLength(2);
		world.network.fault = () => null;
		await world.advance(100_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(world.server.stateOf(session.session_id).answered).toBe(2);
	});

	test("while a session opens, on a device that was reset once: what is given meanwhile stays, and another reset is noticed", async () => {
		const world = createWorld();
		const inner = await newStorage();
		const { storage, state } = breakable(inner);
		const { client, environment } = openTab(world, storage);
		await client.reset();
		state.broken = "storage_failed";
		const session = await client.start({ language: "en" });
		world.network.fault = offline;
		await session.answer(1, slider(4));
		expect(session.save).toMatchObject({ kind: "not_saved", pending: 1 });
		state.broken = null;
		environment.signal("focus");
		await until(() => session.save.kind === "on_device", "the device has the answer");
		expect(session.phase).toBe("active");
		expect(session.state.answers[1]?.answer).toEqual(slider(4));
		world.network.fault = () => null;
		await world.advance(100_000);
		expect(world.server.stateOf(session.session_id).answered).toBe(1);

		await openTab(world, inner).client.reset();
		environment.signal("focus");
		await until(() => session.phase === "forgotten", "the reset is noticed");
	});

	test("and works again: the answer that replaces one in memory takes it along, so that none overtakes the other", async () => {
		const { world, session, disk, storage, client } = await withBreakableStorage();
		disk.broken = "storage_full";
		world.network.fault = offline;
		expect(await session.answer(1, slider(1))).toEqual({ ok: true, on_device: false });
		await until(() => world.requests.some(isSync), "the first is on its way");
		const onItsWay = world.requests.find(isSync);
		disk.broken = null;
		// It is written; nothing is promised before the storage has a fresh log.
		expect(await session.answer(1, slider(2))).toEqual({ ok: true, on_device: false });
		expect(session.save).toMatchObject({ pending: 2 });
		client.close();
		world.network.fault = () => null;
		const again = await resumeSession(openTab(world, storage).client);
		await until(saved(again), "both are saved");
		await world.advance(5000);
		if (onItsWay) world.server.handle(onItsWay.method, onItsWay.path, onItsWay.body);
		expect(world.server.stateOf(session.session_id)).toMatchObject({
			answers: { 1: { answer: slider(2) } },
			revision: 3,
		});
	});

	test("between sending and settling: nothing is sent for ever, and a reload finds everything", async () => {
		const { world, session, disk, storage, client } = await withBreakableStorage();
		world.network.fault = (request) => {
			if (isSync(request)) disk.broken = "storage_full";
			return null;
		};
		await session.answer(1, slider(4));
		await world.advance(300_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(commandsSent(world.requests)).toHaveLength(1);
		client.close();
		world.network.fault = () => null;
		disk.broken = null;
		const again = await resumeSession(openTab(world, storage).client);
		await world.advance(5000);
		expect(again.save).toEqual({ kind: "saved" });
		expect(again.state.answered).toBe(1);
		expect(world.server.stateOf(session.session_id).revision).toBe(2);
	});

	test("a record of a newer app is neither used, dropped nor hidden", async () => {
		const world = createWorld();
		const { session, storage, client } = await begin(world);
		await session.answer(1, slider(1));
		await until(saved(session), "the answer is saved");
		client.close();
		const strange = { format: 2, something: "else" };
		const key = `${session.session_id}/2030`;
		await storage.write(async (tx) => {
			await tx.put("outbox", key, strange);
			await tx.put("sessions", session.session_id, strange);
		});
		const again = await resumeSession(openTab(world, storage).client);
		expect(again.state.answered).toBe(1);
		expect(again.save).toEqual({ kind: "on_device", pending: 1, reason: "unreadable" });
		expect(await storage.read((tx) => tx.get("outbox", key))).toEqual(strange);
		expect((await storage.read((tx) => tx.list("aside"))).map(({ value }) => value)).toEqual([strange]);
	});
});

describe("the outbox", () => {
	test("keeps the last of the drafts and moves in a row, and every answer", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		await eventLoopTurns(100);
		world.network.fault = offline;
		for (const text of ["h", "ha", "hal", "half"]) await session.draft(13, essay(text));
		await session.move(1, "ar");
		await session.move(2);
		await session.move(3);
		await session.answer(3, slider(1));
		await session.answer(3, slider(2));
		await session.draft(13, essay("half a"));
		world.requests.length = 0;
		world.network.fault = () => null;
		await session.flush();
		expect(commandsSent(world.requests).map(({ command }) => command)).toEqual([
			{ kind: "draft", question_id: 13, draft: essay("half") },
			{ kind: "move", question_id: 3, language: "ar" },
			{ kind: "answer", question_id: 3, answer: slider(1) },
			{ kind: "answer", question_id: 3, answer: slider(2) },
			{ kind: "draft", question_id: 13, draft: essay("half a") },
		]);
		expect(world.server.stateOf(session.session_id)).toMatchObject({ language: "ar", answered: 1 });
	});

	test("a draft that is replaced while it is being sent does no harm", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		await eventLoopTurns(100);
		let isFirst = true;
		world.network.fault = (request) => {
			if (!isSync(request) || !isFirst) return null;
			isFirst = false;
			void session.draft(13, essay("two"));
			return { kind: "reply_lost" };
		};
		await session.draft(13, essay("one"));
		await world.advance(30_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(world.server.stateOf(session.session_id).drafts[13]?.draft).toEqual(essay("two"));
		expect(session.state.drafts[13]?.draft).toEqual(essay("two"));
	});
});

describe("the device's clock", () => {
	test.each([
		["of 1970", -56 * 365 * 86_400_000],
		["of 2099", 73 * 365 * 86_400_000],
	])(
		"%s: what the student does shows, the server's times are right, the last answer stands",
		async (_, error) => {
			const world = createWorld();
			world.device.clock_error = error;
			const { session } = await begin(world);
			await world.advance(3000);
			world.server.elsewhere(session.session_id, mintId(), {
				kind: "answer",
				question_id: 1,
				answer: slider(1),
			});
			await session.answer(2, slider(2));
			await until(() => session.state.answers[1] !== undefined, "the other device's answer is here");
			await world.advance(3000);
			await session.answer(1, slider(5));
			expect(session.state.answers[1]?.answer).toEqual(slider(5));
			await until(saved(session), "the answer is saved");
			const state = world.server.stateOf(session.session_id);
			expect(state.answers[1]?.answer).toEqual(slider(5));
			expect(state.answers[2]?.at.slice(0, 16)).toBe("2026-11-22T08:00");
		},
	);

	test("set back between two answers to one question: the second stands", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		await world.advance(5000);
		world.network.fault = offline;
		await session.answer(1, slider(1));
		world.device.clock_error = -3 * 3_600_000;
		await session.answer(1, slider(2));
		expect(session.state.answers[1]?.answer).toEqual(slider(2));
		world.network.fault = () => null;
		await session.flush();
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(2));
	});
});

describe("tabs and devices", () => {
	test.each([
		["with BroadcastChannel", {}],
		["without, when the tab comes to the front", { broadcast: undefined }],
	])("two tabs %s: different questions both win, and both tabs show both", async (_, parts) => {
		const world = createWorld();
		const { session, storage } = await begin(world, parts);
		const other = openTab(world, storage, parts);
		const twin = await resumeSession(other.client);
		let heard = 0;
		const stop = twin.subscribe(() => {
			heard += 1;
		});
		await Promise.all([session.answer(1, slider(1)), twin.answer(2, slider(2))]);
		await session.answer(3, slider(3));
		if ("broadcast" in parts) other.environment.signal("focus");
		await until(() => twin.state.answered === 3, "the second tab shows all answers");
		expect(heard).toBeGreaterThan(0);
		stop();
		await world.advance(10_000);
		expect(world.server.stateOf(session.session_id).answered).toBe(3);
		expect(saved(session)() && saved(twin)()).toBe(true);
	});

	test("two tabs within one millisecond: the order in which they wrote is the order that counts", async () => {
		const world = createWorld();
		const parts = { broadcast: undefined };
		const { session, storage } = await begin(world, parts);
		const twin = await resumeSession(openTab(world, storage, parts).client);
		world.network.fault = offline;
		for (let value = 1; value <= 5; value += 1) {
			await (value % 2 ? session : twin).answer(1, slider(value));
		}
		world.network.fault = () => null;
		await world.advance(60_000);
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(5));
	});

	test("a tab that waits for the network hears from another that it is back", async () => {
		const world = createWorld();
		const { session, storage } = await begin(world);
		await eventLoopTurns(50);
		let isOffline = true;
		const { fetch } = world.environment();
		const second = openTab(world, storage, {
			fetch: (url, init) => (isOffline ? Promise.reject(new TypeError("offline")) : fetch(url, init)),
		});
		const twin = await resumeSession(second.client);
		world.network.fault = offline;
		await twin.answer(1, slider(1));
		await world.advance(200_000);
		expect(twin.save).toMatchObject({ kind: "on_device" });
		isOffline = false;
		world.network.fault = () => null;
		await session.flush();
		await until(saved(twin), "the other tab knows");
		await twin.answer(2, slider(2));
		await until(saved(twin), "the next answer needs no timer");
		expect(world.server.stateOf(session.session_id).answered).toBe(2);
	});

	test("what another device did shows after the next send, also where it wins", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		await session.answer(1, slider(1));
		await until(saved(session), "the answer is saved");
		world.network.fault = offline;
		await session.answer(2, slider(2));
		await world.advance(5000);
		world.server.elsewhere(session.session_id, mintId(), {
			kind: "answer",
			question_id: 2,
			answer: slider(5),
		});
		world.server.elsewhere(session.session_id, mintId(), {
			kind: "answer",
			question_id: 3,
			answer: slider(5),
		});
		world.network.fault = () => null;
		await world.advance(60_000);
		expect([1, 2, 3].map((id) => session.state.answers[id]?.answer)).toEqual([
			slider(1),
			slider(5),
			slider(5),
		]);
		expect(session.state).toEqual(world.server.stateOf(session.session_id));
	});

	test("each answer tells the server which one the student saw, and is later than that one", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		world.network.fault = offline;
		await session.answer(1, slider(1));
		await session.answer(1, slider(2));
		world.network.fault = () => null;
		await world.advance(60_000);
		await until(saved(session), "both are saved");
		const elsewhere = mintId();
		world.server.elsewhere(session.session_id, elsewhere, {
			kind: "answer",
			question_id: 1,
			answer: slider(5),
		});
		await session.flush();
		await session.answer(2, slider(3));
		await until(() => session.state.answers[1]?.operation_id === elsewhere, "the other's answer is seen");
		await session.clear(1);
		await session.draft(13, essay("half"));
		await world.advance(60_000);
		const sent = world.requests
			.filter(({ path }) => path.endsWith("/sync"))
			.flatMap(({ body }) => (body as { operations: SyncOperation[] }).operations);
		const [first, second, , cleared, draft] = [
			...new Map(sent.map((one) => [one.operation_id, one])).values(),
		];
		expect([first?.after, second?.after]).toEqual([null, first?.operation_id]);
		expect([cleared?.after, draft?.after]).toEqual([elsewhere, null]);
		for (const { answers } of [world.server.stateOf(session.session_id), session.state]) {
			expect(answers[1]).toMatchObject({ answer: null, operation_id: cleared?.operation_id });
		}
	});

	test("a session that nobody else touches needs no second look at the server", async () => {
		const world = createWorld();
		const { session } = await begin(world);
		for (const id of [1, 2, 3]) await session.answer(id, slider(id));
		await session.draft(13, essay("some"));
		await world.advance(10_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(
			world.requests.filter(({ method, path }) => method === "GET" && path.includes("/session/")),
		).toEqual([]);
		const server = world.server.stateOf(session.session_id);
		expect(Object.keys(session.state.answers)).toEqual(Object.keys(server.answers));
		expect(sessionXp(session.state)).toBe(sessionXp(server));
	});

	test("completed in one tab, the other takes no more answers", async () => {
		const world = createWorld();
		const { session, storage } = await begin(world);
		const twin = await resumeSession(openTab(world, storage).client);
		world.network.fault = offline;
		await session.complete();
		// Even before the word has reached this tab: the storage is asked.
		expect(await twin.answer(1, slider(1))).toMatchObject({ refusal: { code: "session_completed" } });
		expect(twin.state.answered).toBe(0);
		await until(() => twin.phase === "completed", "the other tab knows");
	});
});

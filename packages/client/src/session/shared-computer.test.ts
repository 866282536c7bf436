import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import {
	begin,
	createVisitNote,
	newStorage,
	openHeldTab,
	openTab,
	personalRecords,
	resumeSession,
	saved,
	slider,
} from "../testing/visit.ts";
import { breakable, createWorld, isSync, offline, until } from "../testing/world.ts";

describe("on a shared computer", () => {
	test("a reload goes on; once the tab is closed, nothing of the session is left", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const visit = createVisitNote();
		const first = openTab(world, storage, { visit });
		const session = await first.client.start({ language: "en", shared: true });
		expect(session.shared).toBe(true);
		expect(world.server.cookie()).toBeNull();
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		first.client.close();

		const reloaded = openTab(world, storage, { visit });
		const again = await resumeSession(reloaded.client);
		expect([again.session_id, again.shared]).toEqual([session.session_id, true]);
		reloaded.client.close();

		const next = openTab(world, storage, { visit: createVisitNote() });
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
	});

	test("what was unsent when the tab was closed is sent by the next visit, unseen, and then gone", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const first = openTab(world, storage, { visit: createVisitNote() });
		const session = await first.client.start({ language: "en", shared: true });
		world.network.fault = () => ({ kind: "request_lost" });
		await session.answer(1, slider(4));
		first.client.close();

		const next = openTab(world, storage, { visit: createVisitNote() });
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		expect((await personalRecords(storage)).join()).toContain(session.session_id);
		world.network.fault = () => null;
		const other = await next.client.start({ language: "en", shared: true });
		next.environment.signal("online");
		await world.advance(2000);
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(4));
		const left = (await personalRecords(storage)).join();
		expect(left).not.toContain(session.session_id);
		expect(left).toContain(other.session_id);
	});

	test("Start Fresh and its undoing belong to the visit: no cookie, and nothing is left", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const visit = createVisitNote();
		const tab = openTab(world, storage, { visit });
		const old = await tab.client.start({ language: "en", shared: true });
		const fresh = await tab.client.start({ language: "en", replaces: old.session_id });
		expect([fresh.shared, world.server.cookie()]).toEqual([true, null]);
		const restored = await tab.client.restore(old.session_id);
		expect([restored.shared, world.server.cookie()]).toEqual([true, null]);
		tab.client.close();

		// After a reload nobody but the storage knows of the visit.
		const reloaded = openTab(world, storage, { visit });
		const again = await reloaded.client.restore(fresh.session_id);
		expect([again.shared, world.server.cookie()]).toEqual([true, null]);
		await again.answer(1, slider(4));
		await until(saved(again), "the answer is saved");
		expect(world.server.cookie()).toBeNull();
		reloaded.client.close();

		const next = openTab(world, storage, { visit: createVisitNote() });
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		const left = (await personalRecords(storage)).join();
		for (const { session_id } of [old, fresh]) expect(left).not.toContain(session_id);
	});

	test("on a device of one's own the cookie follows Start Fresh and its undoing", async () => {
		const world = createWorld();
		const { client, session } = await begin(world);
		const fresh = await client.start({ language: "en", replaces: session.session_id });
		expect(world.server.cookie()).toBe(fresh.session_id);
		const restored = await client.restore(session.session_id);
		expect([restored.shared, world.server.cookie()]).toEqual([false, session.session_id]);
	});

	test("a session taken over by code leaves nothing either", async () => {
		const world = createWorld();
		const own = openTab(world, await newStorage());
		const { code } = await (await own.client.start({ language: "en" })).handOff();
		const storage = await newStorage();
		const shared = openTab(world, storage, { visit: createVisitNote() });
		const session = await shared.client.redeem(code, { shared: true });
		expect(session.shared).toBe(true);
		expect(world.server.cookie()).toBeNull();
		shared.client.close();
		const next = openTab(world, storage, { visit: createVisitNote() });
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
	});
});

describe("a reset", () => {
	test("sends what it can first, then leaves nothing behind, cookie and other tabs included", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const tab = openTab(world, storage);
		const session = await tab.client.start({ language: "en" });
		const other = await resumeSession(openTab(world, storage).client);
		await session.answer(1, slider(4));
		expect(world.server.cookie()).toBe(session.session_id);
		expect(await tab.client.reset()).toEqual({ ok: true });
		expect(world.server.stateOf(session.session_id).answered).toBe(1);
		expect(world.server.cookie()).toBeNull();
		expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
		await until(() => other.save.kind === "saved", "the other tab has let go");
		expect(await other.answer(2, slider(1))).toMatchObject({ refusal: { code: "session_not_found" } });
	});

	describe("overtakes what another tab has under way", () => {
		test.each([{ shared: false }, { shared: true }])("a visit that looks what there is, %o", async (how) => {
			const world = createWorld();
			const storage = await newStorage();
			const visit = createVisitNote();
			const tab = openTab(world, storage, { visit });
			const { session_id } = await tab.client.start({ language: "en", ...how });
			const other = openHeldTab(world, storage, new RegExp(`/session/${session_id}$`), { visit });
			const resuming = other.client.resume();
			await other.untilAsked();
			expect(await tab.client.reset()).toEqual({ ok: true });
			other.releaseReplies();
			expect((await resuming).choice.kind).toBe("nothing");
			expect((await personalRecords(storage)).join()).not.toContain(session_id);
			const next = openTab(world, storage, { visit: createVisitNote() });
			expect((await next.client.resume()).choice.kind).toBe("nothing");
		});

		test("a start: the session is over before it is shown, and nobody comes back to it", async () => {
			const world = createWorld();
			const storage = await newStorage();
			const other = openHeldTab(world, storage, /\/start$/);
			const starting = other.client.start({ language: "en" });
			await other.untilAsked();
			expect(await openTab(world, storage).client.reset()).toEqual({ ok: true });
			other.releaseReplies();
			const session = await starting;
			expect(session.phase).toBe("forgotten");
			expect(await session.answer(1, slider(4))).toMatchObject({ refusal: { code: "session_not_found" } });
			expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
			expect((await openTab(world, storage).client.resume()).choice.kind).toBe("nothing");
		});

		test("a code that is brought", async () => {
			const world = createWorld();
			const own = openTab(world, await newStorage());
			const { code } = await (await own.client.start({ language: "en" })).handOff();
			const storage = await newStorage();
			const other = openHeldTab(world, storage, /\/redeem$/);
			const redeeming = other.client.redeem(code);
			await other.untilAsked();
			expect(await openTab(world, storage).client.reset()).toEqual({ ok: true });
			other.releaseReplies();
			const session = await redeeming;
			expect(session.phase).toBe("forgotten");
			expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
		});

		test("a code that is brought while the disk is full, and has some room again", async () => {
			const world = createWorld();
			const own = openTab(world, await newStorage());
			const { code } = await (await own.client.start({ language: "en" })).handOff();
			const storage = await newStorage();
			const full = breakable(storage);
			const other = openHeldTab(world, full.storage, /\/redeem$/);
			full.state.broken = "storage_full";
			const redeeming = other.client.redeem(code);
			await other.untilAsked();
			full.state.broken = null;
			expect(await openTab(world, storage).client.reset()).toEqual({ ok: true });
			other.releaseReplies();
			expect((await redeeming).phase).toBe("forgotten");
			expect((await personalRecords(storage)).join()).not.toContain((await redeeming).session_id);
		});

		test("a restore", async () => {
			const world = createWorld();
			const { client, session, storage } = await begin(world);
			await session.answer(1, slider(4));
			await until(saved(session), "the answer is saved");
			await client.start({ language: "en", replaces: session.session_id });
			const other = openHeldTab(world, storage, /\/restore$/);
			const restoring = other.client.restore(session.session_id);
			await other.untilAsked();
			expect(await client.reset()).toEqual({ ok: true });
			other.releaseReplies();
			expect((await restoring).phase).toBe("forgotten");
			expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
		});

		test("an answer that the server refuses", async () => {
			const world = createWorld();
			const { client, session, storage } = await begin(world);
			world.network.fault = offline;
			await session.answer(1, slider(4));
			await until(() => session.save.kind === "on_device", "it could not be sent");
			client.close();
			await storage.write(async (tx) => {
				for (const { key, value } of await tx.list("outbox")) {
					const command = { kind: "answer", question_id: 1, answer: slider(99) };
					await tx.put("outbox", key, { ...(value as object), command });
				}
			});
			world.network.fault = () => null;
			// This tab sends what it finds; the session is not open in it.
			const other = openHeldTab(world, storage, /\/sync$/);
			// On plain http the closed tab's lease has to run out.
			await world.advance(2000);
			await other.untilAsked();
			const last = openTab(world, storage);
			expect(await last.client.reset({ discard_unsent: true })).toEqual({ ok: true });
			other.releaseReplies();
			await world.advance(1000);
			expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
		});
	});

	test("gives the next person's writes one name in all tabs, and not the last one's", async () => {
		const world = createWorld();
		const deaf = { broadcast: undefined };
		const { client, session, storage } = await begin(world, deaf);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		session.close();
		const other = openTab(world, storage, deaf);
		expect(await other.client.reset()).toEqual({ ok: true });
		const next = await other.client.start({ language: "en" });
		await next.answer(1, slider(4));
		await until(saved(next), "the next person's answer is saved");
		const again = await resumeSession(client);
		await again.answer(2, slider(4));
		await until(saved(again), "the answer in the first tab is saved");
		const syncs = world.requests.filter(isSync);
		const names = syncs.map(({ body }) => (body as { device_id?: string }).device_id);
		expect(names).toEqual([expect.any(String), expect.any(String), names[1]]);
		expect(names[0]).not.toBe(names[1]);
	});

	test("drops nothing in silence: what could not be sent is listed, and stays until it may go", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		world.network.fault = () => ({ kind: "request_lost" });
		await session.answer(2, slider(4));
		const outcome = await client.reset();
		expect(outcome).toMatchObject({
			ok: false,
			unsent: [{ command: { kind: "answer", question_id: 2, answer: slider(4) } }],
		});
		expect(session.state.answers[2]?.answer).toEqual(slider(4));
		expect(await client.reset({ discard_unsent: true })).toEqual({ ok: true });
	});

	test("without a network follows the cookie no more, and has it taken back at the next visit", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const first = openTab(world, storage);
		const { session_id } = await first.client.start({ language: "en" });
		world.network.fault = () => ({ kind: "request_lost" });
		expect(await first.client.reset()).toEqual({ ok: true });
		expect(world.server.cookie()).toBe(session_id);
		world.network.fault = () => null;
		const next = openTab(world, storage);
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		await until(() => world.server.cookie() === null, "the server has taken its cookie back");
	});
});

import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import type { Environment } from "./environment.ts";
import { BOXES, type SessionStorage } from "./storage/storage.ts";
import { comeBack, newStorage, openTab, saved, slider } from "./testing/visit.ts";
import { createWorld, until } from "./testing/world.ts";

/** What a tab remembers over reloads. */
function aVisit(): NonNullable<Environment["visit"]> {
	let note: string | null = null;
	return {
		read: () => note,
		write(next) {
			note = next;
		},
	};
}

/** Everything in the storage that could tell of a person. */
async function remains(storage: SessionStorage): Promise<string[]> {
	return storage.read(async (tx) => {
		const all = await Promise.all(
			BOXES.filter((box) => box !== "assessments").map(async (box) => [box, await tx.list(box)] as const),
		);
		return all.flatMap(([box, records]) =>
			records
				.filter(({ key }) => box !== "meta" || key === "device")
				.map(({ value }) => JSON.stringify(value)),
		);
	});
}

describe("on a shared computer", () => {
	test("a reload goes on; once the tab is closed, nothing of the session is left", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const visit = aVisit();
		const first = openTab(world, storage, { visit });
		const session = await first.client.start({ language: "en", shared: true });
		expect(session.shared).toBe(true);
		expect(world.server.cookie()).toBeNull();
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		first.client.close();

		const reloaded = openTab(world, storage, { visit });
		const again = await comeBack(reloaded.client);
		expect([again.session_id, again.shared]).toEqual([session.session_id, true]);
		reloaded.client.close();

		const next = openTab(world, storage, { visit: aVisit() });
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		expect((await remains(storage)).join()).not.toContain(session.session_id);
	});

	test("what was unsent when the tab was closed is sent by the next visit, unseen, and then gone", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const first = openTab(world, storage, { visit: aVisit() });
		const session = await first.client.start({ language: "en", shared: true });
		world.network.fault = () => ({ kind: "offline" });
		await session.answer(1, slider(4));
		first.client.close();

		const next = openTab(world, storage, { visit: aVisit() });
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		expect((await remains(storage)).join()).toContain(session.session_id);
		world.network.fault = () => null;
		const other = await next.client.start({ language: "en", shared: true });
		next.environment.signal("online");
		await world.advance(2000);
		expect(world.server.stateOf(session.session_id).answers[1]?.answer).toEqual(slider(4));
		const left = (await remains(storage)).join();
		expect(left).not.toContain(session.session_id);
		expect(left).toContain(other.session_id);
	});

	test("a session taken over by code leaves nothing either", async () => {
		const world = createWorld();
		const own = openTab(world, await newStorage());
		const { code } = await (await own.client.start({ language: "en" })).handOff();
		const storage = await newStorage();
		const shared = openTab(world, storage, { visit: aVisit() });
		const session = await shared.client.redeem(code, { shared: true });
		expect(session.shared).toBe(true);
		expect(world.server.cookie()).toBeNull();
		shared.client.close();
		const next = openTab(world, storage, { visit: aVisit() });
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		expect((await remains(storage)).join()).not.toContain(session.session_id);
	});
});

describe("a reset", () => {
	test("sends what it can first, then leaves nothing behind, cookie and other tabs included", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const tab = openTab(world, storage);
		const session = await tab.client.start({ language: "en" });
		const other = await comeBack(openTab(world, storage).client);
		await session.answer(1, slider(4));
		expect(world.server.cookie()).toBe(session.session_id);
		expect(await tab.client.reset()).toEqual({ ok: true });
		expect(world.server.stateOf(session.session_id).answered).toBe(1);
		expect(world.server.cookie()).toBeNull();
		expect((await remains(storage)).join()).not.toContain(session.session_id);
		await until(() => other.save.kind === "saved", "the other tab has let go");
		expect(await other.answer(2, slider(1))).toMatchObject({ refusal: { code: "session_not_found" } });
	});

	test("drops nothing in silence: what could not be sent is listed, and stays until it may go", async () => {
		const world = createWorld();
		const { client } = openTab(world, await newStorage());
		const session = await client.start({ language: "en" });
		world.network.fault = () => ({ kind: "offline" });
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
		world.network.fault = () => ({ kind: "offline" });
		expect(await first.client.reset()).toEqual({ ok: true });
		expect(world.server.cookie()).toBe(session_id);
		world.network.fault = () => null;
		const next = openTab(world, storage);
		expect((await next.client.resume()).choice.kind).toBe("nothing");
		await until(() => world.server.cookie() === null, "the server has taken its cookie back");
	});
});

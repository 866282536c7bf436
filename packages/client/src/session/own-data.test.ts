import "fake-indexeddb/auto";
import { addDays, toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { eventLoopTurns } from "../testing/virtual-clock.ts";
import { begin, openTab, personalRecords, resumeSession, saved, slider } from "../testing/visit.ts";
import { createWorld, isSync, offline, until } from "../testing/world.ts";

const GIVEN = { version: "1", language: "en", kind: "consent" } as const;

test("what is queued when erasure is asked for waits, and arrives when the student keeps the answers", async () => {
	const world = createWorld();
	const { session, environment } = await begin(world);
	await session.answer(1, slider(4));
	await until(saved(session), "the first answer is saved");
	world.network.fault = offline;
	await session.answer(2, slider(2));
	const own = await session.ownData();
	await own.erase();
	const now = toInstant(environment.now());
	expect([session.erase_at, session.held_back]).toEqual([addDays(now, 7), "session_to_be_erased"]);

	world.network.fault = () => null;
	environment.signal("online");
	await until(() => session.save.kind === "on_device", "the answer waits");
	expect(session.save).toEqual({ kind: "on_device", pending: 1, reason: "to_be_erased" });
	expect([session.refused, world.server.stateOf(session.session_id).answered]).toEqual([[], 1]);

	await own.keep();
	await until(saved(session), "all is saved");
	expect([session.erase_at, session.held_back]).toEqual([null, null]);
	expect(world.server.stateOf(session.session_id).answered).toBe(2);
});

test("answers that are held back hold up no answers of another session", async () => {
	const world = createWorld();
	const { client, session, environment } = await begin(world);
	world.network.fault = offline;
	await session.answer(1, slider(4));
	await (await session.ownData()).erase();
	const next = await client.start({ language: "en" });
	await next.answer(1, slider(3));
	world.network.fault = () => null;
	environment.signal("online");
	await until(saved(next), "the new session is saved");
	expect(world.server.stateOf(session.session_id).answered).toBe(0);
	expect(session.save).toMatchObject({ kind: "on_device", pending: 1 });
});

test("a device on which erasure was not asked for learns of it with its next answer, and shows until when it may be undone", async () => {
	const world = createWorld();
	const { storage, session } = await begin(world);
	await session.answer(1, slider(4));
	await until(saved(session), "the answer is saved");
	world.server.handle("POST", `/api/v2/session/${session.session_id}/erase`, {});
	await session.answer(2, slider(4));
	await until(() => session.erase_at !== null, "it has heard");
	expect(session.save).toMatchObject({ kind: "on_device", reason: "to_be_erased" });
	session.close();

	const later = openTab(world, storage);
	world.network.fault = () => ({ kind: "request_lost" });
	// Also without a network.
	expect((await later.client.resume()).choice).toMatchObject({
		kind: "to_be_erased",
		erase_at: session.erase_at,
		pending: 1,
	});
	world.network.fault = () => null;
	const kept = await resumeSession(later.client);
	await (await kept.ownData()).keep();
	await until(saved(kept), "all is saved");
	expect(world.server.stateOf(session.session_id).answered).toBe(2);
});

test("once the server has erased the answers the device forgets them too, with what was queued", async () => {
	const world = createWorld();
	const { storage, session } = await begin(world);
	await session.answer(1, slider(4));
	await until(saved(session), "the answer is saved");
	await (await session.ownData()).erase();
	await session.answer(2, slider(4));
	world.server.erase(session.session_id);
	const { client } = openTab(world, storage);
	expect((await client.resume()).choice).toEqual({ kind: "nothing" });
	expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
	await eventLoopTurns(50);
	expect((await client.resume()).choice).toEqual({ kind: "nothing" });
});

test("answers for which an agreement is missing wait for it", async () => {
	const world = createWorld();
	const { session } = await begin(world);
	await until(() => world.requests.length > 0, "it has begun");
	world.server.requireConsent(session.session_id, true);
	await session.answer(1, slider(4));
	await until(() => session.held_back !== null, "it is held back");
	expect([session.held_back, session.save]).toEqual([
		"consent_required",
		{ kind: "on_device", pending: 1, reason: "agreement" },
	]);
	await (await session.ownData()).agree(GIVEN);
	await until(saved(session), "the answer is saved");
	expect(session.consent).toMatchObject(GIVEN);
	expect(world.requests.filter(isSync).length).toBeLessThan(5);
});

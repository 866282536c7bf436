import "fake-indexeddb/auto";
import { RescueFile, SyncOperation } from "@carhythm/core";
import { expect, test } from "vitest";
import type { Session } from "../api.ts";
import { begin, essay, openTab, resumeSession, saved, slider } from "../testing/visit.ts";
import { breakable, createWorld, until } from "../testing/world.ts";

const OFFLINE = { kind: "request_lost" } as const;

async function rescued(session: Session) {
	const copy = await session.exportUnsent();
	if (!copy) throw new Error("There was nothing to rescue.");
	const file = RescueFile.parse(JSON.parse(copy.text));
	return { copy, file, operations: file.operations.map((operation) => SyncOperation.parse(operation)) };
}

test("a rescue file holds what the server lacks, in order, and the outbox keeps it all the same", async () => {
	const world = createWorld();
	const { session } = await begin(world);
	await session.answer(1, slider(2));
	await until(saved(session), "the first answer is saved");
	expect(await session.exportUnsent()).toBeNull();

	world.network.fault = () => OFFLINE;
	await session.answer(1, slider(3));
	await world.advance(60_000);
	await session.draft(13, essay("half a thou"));
	await world.advance(1000);
	const { copy, file, operations } = await rescued(session);
	expect(copy).toMatchObject({ name: `carhythm-${session.display_id}.json`, operations: 2 });
	expect(file).toMatchObject({ session_id: session.session_id, display_id: session.display_id });
	expect(operations.map(({ command }) => command)).toEqual([
		{ kind: "answer", question_id: 1, answer: slider(3) },
		{ kind: "draft", question_id: 13, draft: essay("half a thou") },
	]);
	expect(session.waiting_ms).toBeGreaterThanOrEqual(60_000);

	world.network.fault = () => null;
	await session.flush();
	expect(session.save).toEqual({ kind: "saved" });
	expect(session.waiting_ms).toBe(0);
	expect(world.server.stateOf(session.session_id).answers[1]?.operation_id).toBe(operations[0]?.operation_id);
});

test("the file tells the server's time, however wrong the device's clock is", async () => {
	const world = createWorld();
	world.device.clock_error = -50 * 365 * 86_400_000;
	const { session } = await begin(world);
	await session.answer(1, slider(2));
	await until(saved(session), "the first answer is saved");
	world.network.fault = () => OFFLINE;
	await session.answer(2, slider(3));
	const { file } = await rescued(session);
	expect(file.saved_at < "1977").toBe(true);
	expect(file.server_time).toMatch(/^2026-11-22T08:/);
});

test("what was refused is in it, and what another version of the app wrote", async () => {
	const world = createWorld();
	const { session, storage, client } = await begin(world);
	await session.answer(1, slider(2));
	await until(saved(session), "the first answer is saved");
	world.network.fault = () => OFFLINE;
	await session.answer(2, slider(3));
	const { operations: queued } = await rescued(session);
	client.close();
	await storage.write(async (tx) => {
		const [waiting] = await tx.list("outbox", session.session_id);
		if (!waiting) throw new Error("Nothing waits.");
		const operation_id = "0199f0f0-0000-7000-8000-000000000001";
		const refused = { ...(waiting.value as object), operation_id, client_time: "2026-11-22T08:00:00.000Z" };
		await tx.put("refused", `${session.session_id}/${operation_id}`, {
			format: 1,
			operation: refused,
			code: "answer_too_long",
			detail: "Shorten the text.",
			refused_at: "2026-11-22T08:00:01.000Z",
		});
		await tx.put("outbox", `${session.session_id}/9`, {
			...(waiting.value as object),
			format: 9,
			operation_id: "0199f0f0-0000-7000-8000-000000000009",
			command: { kind: "sing" },
		});
	});
	const again = await resumeSession(openTab(world, storage).client);
	const copy = await again.exportUnsent();
	const { operations } = JSON.parse(copy?.text ?? "");
	expect(operations.map(({ operation_id }: { operation_id: string }) => operation_id.slice(-4))).toEqual([
		"0001",
		queued[0]?.operation_id.slice(-4),
		"0009",
	]);
	expect(operations[2].command).toEqual({ kind: "sing" });
});

test("what the storage could not take is in it", async () => {
	const world = createWorld();
	const { session: first, storage, client } = await begin(world);
	client.close();
	const { storage: breaking, state } = breakable(storage);
	const session = await resumeSession(openTab(world, breaking).client);
	expect(session.session_id).toBe(first.session_id);
	world.network.fault = () => OFFLINE;
	state.broken = "storage_full";
	await session.answer(2, slider(3));
	expect(session.save.kind).toBe("not_saved");
	const { operations } = await rescued(session);
	expect(operations).toHaveLength(1);
});

import { expect, test } from "vitest";
import { anOperationId, aStore } from "../../testing/stores/a-store.ts";

test("a session remembers the clocks of its newest twenty devices, and of the one that wrote last", async () => {
	await using store = await aStore();
	const [id, other] = [await store.started(), await store.started()];
	const write = async (session_id: typeof id, device_id: string) => {
		store.pass({ seconds: 1 });
		const operation = {
			operation_id: anOperationId(),
			command: { kind: "move", question_id: store.question("team") } as const,
			client_time: store.now(),
		};
		const batch = {
			session_id,
			device_id,
			sent_at: store.now(),
			operations: [operation],
			mode: "sync",
		} as const;
		expect((await store.sessions.operate(batch)).ok).toBe(true);
	};
	await write(other, anOperationId());
	await write(other, anOperationId());
	const devices = Array.from({ length: 30 }, () => anOperationId());
	for (const device_id of devices) await write(id, device_id);
	const { response_id } = (await store.sessions.find(id)) ?? { response_id: 0 };
	const rows = await store.database.db
		.selectFrom("session_devices")
		.selectAll()
		.orderBy("device_at")
		.execute();
	const ofSession = rows.filter((row) => row.response_id === response_id);
	expect(ofSession.map(({ device_id }) => device_id)).toEqual(devices.slice(9, 29));
	expect(rows).toHaveLength(21);
});

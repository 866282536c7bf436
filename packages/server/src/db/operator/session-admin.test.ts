import { expect, test } from "vitest";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { anOperationId, aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { SHOWN_STATUSES } from "../sessions/expiry.ts";
import { createSessionAdmin } from "./session-admin.ts";

const adminOf = ({ database, assessments, now }: TestStore) =>
	createSessionAdmin(database, { assessments, now, expiry_days: 30, eraseKept });

test("every session is listed under exactly one status, the one that it is shown with", async () => {
	await using on = await aStore();
	const admin = adminOf(on);
	await on.started();
	on.pass({ days: 29 });
	const completed = await on.started();
	const operation = {
		operation_id: anOperationId(),
		client_time: null,
		command: { kind: "complete" },
	} as const;
	await on.sessions.operate({
		session_id: completed,
		device_id: null,
		sent_at: null,
		operations: [operation],
		mode: "submit",
	});
	await on.started(await on.started());
	on.pass({ days: 1 });

	const all = await admin.list({ status: null, limit: 100 });
	const counts = async () => {
		const lists = await Promise.all(SHOWN_STATUSES.map((status) => admin.list({ status, limit: 100 })));
		for (const [i, list] of lists.entries()) {
			expect(list.every(({ status }) => status === SHOWN_STATUSES[i])).toBe(true);
		}
		return lists.map((list) => list.length);
	};
	// Exactly thirty days after the last activity a session is still valid.
	expect(all).toHaveLength(4);
	expect(await counts()).toEqual([2, 0, 1, 1]);
	on.pass({ seconds: 1 });
	expect(await counts()).toEqual([1, 1, 1, 1]);
	expect(await admin.list({ status: null, limit: 2 })).toHaveLength(2);
});

test("an adopted session expires by the later of its last activity and its adoption", async () => {
	await using on = await aStore();
	const admin = adminOf(on);
	await on.started();
	on.pass({ days: 20 });
	await on.database.db.updateTable("session_details").set({ adopted_at: on.now() }).execute();
	on.pass({ days: 30 });
	expect(await admin.list({ status: "active", limit: 9 })).toHaveLength(1);
	on.pass({ seconds: 1 });
	expect(await admin.list({ status: "expired", limit: 9 })).toHaveLength(1);
	expect(await admin.list({ status: "active", limit: 9 })).toHaveLength(0);
});

test("a person is shown once there is one, placeholders never", async () => {
	await using on = await aStore();
	const admin = adminOf(on);
	const session_id = await on.started();
	const [listed] = await admin.list({ status: null, limit: 1 });
	const person = async () => (await admin.show(listed?.display_id ?? ""))?.person;
	expect(await person()).toEqual({
		email: "",
		full_name: "",
		age_group: "",
		country: "",
		origin_country: "",
	});
	const given = { email: "a@b.example", full_name: "Ā", age_group: "16", country: "X", origin_country: "Y" };
	await on.sessions.saveStudentInfo(session_id, given);
	expect(await person()).toEqual(given);
	expect(JSON.stringify(await admin.show(listed?.display_id ?? ""))).not.toContain(session_id);
});

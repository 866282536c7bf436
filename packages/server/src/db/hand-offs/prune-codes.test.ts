import { addDays } from "@carhythm/core";
import { expect, test } from "vitest";
import { anOperationId, aStore } from "../../testing/stores/a-store.ts";
import { pruneCodes } from "./prune-codes.ts";

test("codes that ran out before the cutoff are deleted, in as many transactions as it takes", async () => {
	await using store = await aStore();
	const id = await store.started();
	const { response_id } = (await store.sessions.find(id)) ?? { response_id: 0 };
	const old = Array.from({ length: 1100 }, (_, n) => ({
		response_id,
		operation_id: anOperationId(),
		selector: `~${n}`,
		verifier_hash: "",
		created_at: store.now(),
		expires_at: store.now(),
	}));
	await store.database.db.insertInto("hand_offs").values(old).execute();
	store.pass({ days: 1 });
	const made = await store.sessions.handOff(id, anOperationId());
	expect(made.ok).toBe(true);
	const aDayAgo = () => addDays(store.now(), -1);
	expect(await pruneCodes(store.database, aDayAgo())).toBe(0);
	store.pass({ seconds: 1 });
	expect(await pruneCodes(store.database, aDayAgo())).toBe(1100);
	const left = await store.database.db.selectFrom("hand_offs").selectAll().execute();
	expect(left).toHaveLength(1);
});

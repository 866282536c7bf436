import type { Command } from "@carhythm/core";
import { expect, test } from "vitest";
import { aStore, type TestStore } from "../../testing/stores/a-store.ts";
import { statuses, syncing } from "../../testing/stores/batches.ts";
import type { StoreObserver } from "../sessions/observer.ts";

/** Notes how many batches shared each commit. */
function aCount(): { groups: number[]; observer: StoreObserver } {
	const groups: number[] = [];
	const observer: StoreObserver = {
		gathered: (batches) => void groups.push(batches),
		committed: () => {},
		turned: () => {},
		operated: () => {},
	};
	return { groups, observer };
}

const moves = (store: TestStore, count: number): Command[] =>
	Array.from({ length: count }, () => ({ kind: "move", question_id: store.question("energy") }));

test("a commit is shared by two thousand operations at most, however few batches they come in", async () => {
	const { groups, observer } = aCount();
	await using store = await aStore({ observer });
	const ids = await Promise.all(Array.from({ length: 12 }, () => store.started()));
	const outcomes = await Promise.all(
		ids.map((id) => store.sessions.operate(syncing(store, id, ...moves(store, 200)))),
	);
	for (const outcome of outcomes) expect(new Set(statuses(outcome))).toEqual(new Set(["applied"]));
	expect(groups).toEqual([10, 2]);
});

test("a batch that is larger than that has a commit of its own", async () => {
	const { groups, observer } = aCount();
	await using store = await aStore({ observer });
	const [large, small] = await Promise.all([store.started(), store.started()]);
	const outcomes = await Promise.all([
		store.sessions.operate(syncing(store, large, ...moves(store, 2001))),
		store.sessions.operate(syncing(store, small, ...moves(store, 1))),
	]);
	expect(outcomes.map((outcome) => statuses(outcome).length)).toEqual([2001, 1]);
	expect(groups).toEqual([1, 1]);
});

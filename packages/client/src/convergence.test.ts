import "fake-indexeddb/auto";
import { answerTo, type SyncOperation } from "@carhythm/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Session } from "./api.ts";
import type { Delivery } from "./testing/virtual-network.ts";
import { newStorage, openTab, resumeSession, saved, slider } from "./testing/visit.ts";
import { breakable, createWorld, type Request } from "./testing/world.ts";

/** Enough for every day; a campaign of thousands takes about a minute for two thousand. */
const RUNS = 40;

const isSync = ({ path }: Request) => path.endsWith("/sync");
const idsOf = ({ body }: Request) =>
	(body as { operations: SyncOperation[] }).operations.map(({ operation_id }) => operation_id);

/** What can happen to one request, and how often. */
const fault = fc.oneof(
	{ weight: 5, arbitrary: fc.constant<Delivery | null>(null) },
	{ weight: 2, arbitrary: fc.constant<Delivery>({ kind: "request_lost" }) },
	{ weight: 2, arbitrary: fc.constant<Delivery>({ kind: "reply_lost" }) },
	{ weight: 1, arbitrary: fc.constant<Delivery>({ kind: "silence" }) },
	{ weight: 1, arbitrary: fc.constant<Delivery>({ kind: "intercepted", status: 502, body: "<html>" }) },
	{ weight: 1, arbitrary: fc.constant<Delivery>({ kind: "intercepted", status: 200, body: "<html>" }) },
);

const step = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			kind: fc.constant("answer" as const),
			tab: fc.nat(1),
			question: fc.integer({ min: 1, max: 6 }),
			value: fc.integer({ min: 1, max: 5 }),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant("clear" as const),
			tab: fc.nat(1),
			question: fc.integer({ min: 1, max: 6 }),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const), tab: fc.nat(1) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("disk" as const), broken: fc.boolean() }) },
);

/**
 * Whatever network, storage and tabs do: once they are well again, the server has the last accepted answer to
 * every question, each operation once, and all tabs show what the server has.
 */
test("everything that a student was told is kept arrives, once, and all tabs agree", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { minLength: 5, maxLength: 40 }),
			fc.infiniteStream(fault),
			fc.boolean(),
			fc.integer({ min: -1_700_000_000_000, max: 2_000_000_000_000 }),
			async (steps, faults, has_locks, clock_error) => {
				const world = createWorld();
				world.device.clock_error = clock_error;
				const parts = has_locks ? {} : { locks: undefined, broadcast: undefined };
				const { storage, state: disk } = breakable(await newStorage());
				const open = async () => {
					const tab = openTab(world, storage, parts);
					return { ...tab, session: await resumeSession(tab.client) };
				};
				const first = openTab(world, storage, parts);
				const begun = { ...first, session: await first.client.start({ language: "en" }) };
				const tabs = [begun, await open()];
				const told = new Map<number, number | null>();
				world.network.fault = (request) => (isSync(request) ? (faults.next().value ?? null) : null);

				for (const one of steps) {
					// Nobody does two things in one millisecond.
					world.sleep(2);
					const tab = "tab" in one ? tabs[one.tab] : undefined;
					if (one.kind === "wait") await world.advance(one.ms);
					if (one.kind === "disk") disk.broken = one.broken ? "storage_full" : null;
					if (one.kind === "answer" || one.kind === "clear") {
						const outcome =
							one.kind === "answer"
								? await tab?.session.answer(one.question, slider(one.value))
								: await tab?.session.clear(one.question);
						expect(outcome).toMatchObject({ ok: true });
						told.set(one.question, one.kind === "answer" ? one.value : null);
					}
					if (one.kind === "kill" && tab) {
						// Only what the device holds may die with the page.
						if (tab.session.save.kind === "not_saved" || disk.broken) continue;
						tab.client.close();
						tabs[one.tab] = await open();
					}
				}

				disk.broken = null;
				world.network.fault = () => null;
				for (let round = 0; round < 3; round += 1) {
					await world.advance(130_000);
					for (const tab of tabs) tab.environment.signal("visible");
				}
				await world.advance(1000);
				const { session_id } = begun.session;
				const state = world.server.stateOf(session_id);
				const shownAs = (session: Session["state"], id: number) => {
					const answer = answerTo(session, id);
					return answer?.type === "slider" ? answer.value : null;
				};
				for (const [id, value] of told) expect([id, shownAs(state, id)]).toEqual([id, value]);
				for (const tab of tabs) {
					expect(saved(tab.session)()).toBe(true);
					for (const id of told.keys()) expect(shownAs(tab.session.state, id)).toBe(shownAs(state, id));
					expect(tab.session.state.answered).toBe(state.answered);
				}
				const sent = world.requests.filter(isSync).flatMap(idsOf);
				expect(state.revision).toBe(new Set(sent).size + 1);
				for (const tab of tabs) tab.client.close();
			},
		),
		{ numRuns: RUNS },
	);
}, 60_000);

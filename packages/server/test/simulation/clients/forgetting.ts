import { openIndexedDbStorage, type Session, StorageFailed } from "@carhythm/client";
import { act } from "./acting.ts";
import { noteSaved } from "./attempts.ts";
import { type Line, type Story, untilDeadOr } from "./story.ts";
import type { Device, Tab } from "./surroundings.ts";
import { openTab } from "./tab.ts";

/**
 * "Not you?", or leaving a shared computer: one page lets its browser forget the sessions, mostly while
 * another page of it is busy with them. What was acknowledged stays on the server; in this browser nothing of
 * them is to be found any more.
 */
export async function forget(story: Story, { device }: Line, tab: Tab): Promise<void> {
	const { chance, surroundings } = story;
	const { time, note } = surroundings;
	const busy = chance.oneIn(6) ? null : await keepBusy(story, tab);
	if (busy) await time.advance(chance.nat(2000));
	if (tab.dead) return;
	noteSaved(story);
	const own = story.attempts.filter(({ line }) => line.device === device);
	const inMemory = own.filter(({ fate }) => fate === "in_memory");
	const waiting = await sessionsWaiting(story, tab);
	const discard_unsent = chance.oneIn(2);
	device.resets += 1;
	const outcome = await untilDeadOr(time, tab, () => tab.client.reset({ discard_unsent }).catch(unlessFull));
	// A page that dies over it may have done it.
	if (discard_unsent && (outcome?.ok || tab.dead)) {
		for (const attempt of own)
			if (attempt.fate === "kept" && waiting.has(attempt.session_id)) attempt.fate = "open";
	}
	if (outcome?.ok) {
		note("forgotten by a browser");
		// Without leave to discard, everything that this page had was sent before. What another had in memory
		// only is gone.
		for (const attempt of inMemory) attempt.fate = attempt.tab === tab && !discard_unsent ? "kept" : "open";
		story.forgotten.set(device, new Set(story.sessions));
	}
	if (busy) await untilDeadOr(time, busy.tab, () => busy.work);
	if (outcome?.ok) await leavePages(story, device);
}

/** A full disk takes no reset either, and the page says so. */
function unlessFull(error: unknown): null {
	if (error instanceof StorageFailed) return null;
	throw error;
}

type Busy = { tab: Tab; work: Promise<unknown> };

/** What another page of the browser has under way when the reset comes. */
async function keepBusy(story: Story, resetting: Tab): Promise<Busy | null> {
	const { chance, surroundings, lines } = story;
	const { time, note } = surroundings;
	const others = lines.filter(({ device, tab }) => device === resetting.device && tab !== resetting);
	if (others.length === 0) return null;
	const other = chance.pick(others);
	if (!other.tab || other.tab.dead) other.tab = await openTab(surroundings, other.device);
	const { tab } = other;
	switch (chance.nat(3)) {
		case 0:
			note("reset while another page comes back");
			return { tab, work: comeBack(tab) };
		case 1: {
			const maker = lines.find((line) => line.tab?.session && !line.tab.dead)?.tab;
			const { session } = maker ?? {};
			const made = maker && session && (await untilDeadOr(time, maker, () => session.handOff()));
			if (!made || tab.dead) return null;
			note("reset while another page redeems a code");
			// Without a reset after all, the browser has it from now on.
			rememberAgain(story, tab.device, session.session_id);
			return { tab, work: closed(tab.client.redeem(made.code)) };
		}
		default: {
			await act(story, other, tab, "answer");
			if (!tab.session || tab.dead) return null;
			note("reset while another page sends");
			return { tab, work: tab.session.flush() };
		}
	}
}

async function comeBack({ client }: Tab): Promise<void> {
	const { choice } = await client.resume();
	if (choice.kind !== "nothing") await closed(client.open(choice));
}

/** Refused, found no more, or not reached: the student then sees the first page. */
function closed(opening: Promise<Session>): Promise<void> {
	return opening.then(
		(session) => session.close(),
		() => undefined,
	);
}

/** The sessions of which something waits in the storage. */
async function sessionsWaiting({ surroundings }: Story, { storage }: Tab): Promise<Set<string>> {
	const waiting = await surroundings.time.track(storage.read((tx) => tx.list("outbox")));
	return new Set(waiting.map(({ key }) => key.slice(0, key.indexOf("/"))));
}

/** Pages that still show a session try once more, some of them; then all show the first page. */
async function leavePages(story: Story, device: Device): Promise<void> {
	for (const line of story.lines) {
		const { tab } = line;
		if (line.device !== device || !tab || tab.dead) continue;
		if (story.chance.oneIn(3)) await act(story, line, tab, "answer");
		tab.session?.close();
		tab.session = null;
	}
}

/** The student begins, restores or takes over this session there: it is no longer forgotten. */
export function rememberAgain({ forgotten }: Story, device: Device, session_id: string): void {
	forgotten.get(device)?.delete(session_id);
}

const TELLING = ["sessions", "outbox", "refused", "meta", "aside"] as const;

/** What a browser was made to forget must not be in its storage, whatever its pages had under way. */
export async function checkForgotten(story: Story): Promise<void> {
	const { time } = story.surroundings;
	for (const [device, forgotten] of story.forgotten) {
		// Another page of a browser without a storage has another memory.
		if (forgotten.size === 0 || device.kind === "memory") continue;
		const storage = await time.track(openIndexedDbStorage(device.name));
		const boxes = await time.track(
			storage.read((tx) => Promise.all(TELLING.map(async (box) => ({ box, records: await tx.list(box) })))),
		);
		storage.close();
		for (const { box, records } of boxes) {
			const text = JSON.stringify(records);
			for (const session_id of [...forgotten].filter((one) => text.includes(one))) {
				story.wrong.push(`${device.name} was made to forget session ${session_id}, which is in its ${box}.`);
				forgotten.delete(session_id);
			}
		}
	}
}

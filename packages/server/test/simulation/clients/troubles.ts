import type { SessionId } from "@carhythm/core";
import { act } from "./acting.ts";
import { noteSaved } from "./attempts.ts";
import { forget, rememberAgain } from "./forgetting.ts";
import { handOver } from "./hand-over.ts";
import { ensureOpen, type Line, type Story, takeUp, untilDeadOr } from "./story.ts";
import type { Device, Tab } from "./surroundings.ts";

/** One of the troubles that the story may have. */
export async function takeTrouble(story: Story, line: Line, tab: Tab): Promise<void> {
	const { chance, troubles, surroundings } = story;
	const { device } = line;
	if (troubles.size === 0) return;
	const trouble = chance.pick([...troubles]);
	switch (trouble) {
		case "network":
			story.weather.trouble = chance.pick([1, 2, 4, 50]);
			return;
		case "disk":
			story.order_known = false;
			device.disk_trouble = chance.pick([0, 0, 1, 3, 10]);
			return;
		case "crash":
			noteSaved(story);
			tab.kill();
			surroundings.note("death between two steps");
			return noteSaved(story);
		case "update":
			noteSaved(story);
			tab.close();
			surroundings.note("update of the app");
			noteSaved(story);
			return ensureOpen(story, line);
		case "clock":
			surroundings.note("clock changed");
			device.clock_error += chance.pick([-86_400_000, -3_600_000, 5000, 3_600_000, 86_400_000]);
			return;
		case "clear":
			return clearStorage(story, device);
		case "endings":
			await untilDeadOr(surroundings.time, tab, () => end(story, line, tab));
			return;
		case "hand_off":
			return handOver(story, line, tab);
		case "forget":
			return forgetSomewhere(story, line, tab);
		case "ages":
			// Nobody keeps a page open for a month; what waited in its storage comes when it is opened again.
			noteSaved(story);
			for (const { tab: page } of story.lines) page?.close();
			noteSaved(story);
			return pass(story, chance.pick([1, 8, 31]));
	}
}

/** In a browser of two pages, if there is one: the other may have something under way. */
async function forgetSomewhere(story: Story, line: Line, tab: Tab): Promise<void> {
	const isShared = ({ device }: Line) => story.lines.filter((other) => other.device === device).length > 1;
	const there = isShared(line)
		? line
		: story.lines.find((other) => isShared(other) && other.tab && !other.tab.dead);
	return forget(story, there ?? line, there?.tab ?? tab);
}

async function pass({ surroundings }: Story, days: number): Promise<void> {
	if (days > 30) surroundings.note("a month passed");
	await surroundings.time.advance(days * 86_400_000);
}

/**
 * The browser empties what scripts stored. What only this device had is then lost, unless the page that took
 * it is open.
 */
async function clearStorage(story: Story, device: Device): Promise<void> {
	for (const attempt of story.attempts) {
		if (attempt.line.device !== device || attempt.fate === "refused") continue;
		const { session, dead } = attempt.tab;
		const isShown = session?.session_id === attempt.session_id;
		const isSaved = isShown && session.save.kind === "saved";
		if (isSaved) continue;
		attempt.fate = isShown && !dead ? "in_memory" : "open";
		// On its way all the same, it may come after one that was given without seeing it.
		if (attempt.fate === "open") story.order_known = false;
	}
	// With everything else the browser forgets that it was made to forget.
	story.forgotten.get(device)?.clear();
	const [tab] = device.tabs;
	if (!tab || device.kind === "memory") return;
	story.surroundings.note("storage cleared");
	await story.surroundings.time.track(
		tab.storage.write(async (tx) => {
			for (const box of BOXES) for (const { key } of await tx.list(box)) await tx.delete(box, key);
		}),
	);
}

const BOXES = ["sessions", "outbox", "refused", "assessments", "meta", "aside"] as const;

/** Start Fresh, its undoing, or the end of the assessment. */
async function end(story: Story, line: Line, tab: Tab): Promise<void> {
	const { session } = tab;
	const { note } = story.surroundings;
	if (!session) return;
	switch (story.chance.nat(3)) {
		case 0:
			return act(story, line, tab, "complete");
		case 1: {
			const fresh = await tab.client.start({ language: "ar", replaces: session.session_id });
			note("begun anew");
			return takeUp(story, tab, fresh);
		}
		default: {
			const older = story.chance.pick([...story.sessions]) as SessionId;
			rememberAgain(story, tab.device, older);
			const restored = await tab.client.restore(older);
			note("restored");
			takeUp(story, tab, restored);
		}
	}
}

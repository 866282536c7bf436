import { openIndexedDbStorage } from "@carhythm/client";
import { indexedDB } from "fake-indexeddb";
import { noteSaved } from "./attempts.ts";
import { checkForgotten } from "./forgetting.ts";
import { ensureOpen, type Line, type Story } from "./story.ts";

const ROUNDS = 12;
/** Longer than any back-off. */
const ROUND_MS = 130_000;

/** The network carries, the disk takes, every page is open: until nothing waits any more. */
export async function heal(story: Story): Promise<void> {
	const { surroundings, devices, lines, weather } = story;
	const { time } = surroundings;
	noteSaved(story);
	weather.trouble = Number.POSITIVE_INFINITY;
	surroundings.network.plan = () => ({ kind: "delivered", request_ms: 5, reply_ms: 5 });
	for (const device of devices) {
		device.disk_trouble = 0;
		device.cut_off = false;
	}
	for (const line of lines) if (line.tab) line.tab.dies_at = Number.POSITIVE_INFINITY;
	// What was under way before arrives late, or is given up.
	await time.advance(ROUND_MS);
	for (const line of lines) if (!line.tab?.session || line.tab.dead) await ensureOpen(story, line);
	// Twice at least: what the server has acknowledged while the disk was full is still to be let go.
	for (let round = 0; round < 2 || (round < ROUNDS && !isAllSaved(lines)); round += 1) {
		for (const { tab } of lines) tab?.signal("visible");
		await time.advance(ROUND_MS);
		leaveForgotten(lines);
		await checkForgotten(story);
	}
	// What others did in the meantime.
	for (const line of lines) {
		const before = line.tab?.session;
		await ensureOpen(story, line, false);
		if (line.tab && line.tab.session === before) story.unfound.add(line.tab);
	}
	await time.rest();
	await checkForgotten(story);
}

/**
 * A page that has learned that its browser was made to forget shows the first page. One that died over the
 * reset had nobody tell the others.
 */
function leaveForgotten(lines: readonly Line[]): void {
	for (const { tab } of lines) {
		if (tab?.session?.phase !== "forgotten") continue;
		tab.session.close();
		tab.session = null;
	}
}

function isAllSaved(lines: readonly Line[]): boolean {
	return lines.every(({ tab }) => !tab?.session || tab.session.save.kind === "saved");
}

/** What is left in the storage of the story's devices. */
export async function leftovers(story: Story): Promise<string[]> {
	const found: string[] = [];
	for (const { name, kind } of story.devices) {
		if (kind === "memory") continue;
		const storage = await story.surroundings.time.track(openIndexedDbStorage(name));
		for (const box of ["outbox", "refused", "aside"] as const) {
			for (const { key } of await storage.read((tx) => tx.list(box))) found.push(`${name} ${box} ${key}`);
		}
		storage.close();
	}
	return found;
}

/** Ends all pages and removes what they stored. */
export function clearAway(story: Story): void {
	for (const { tab } of story.lines) tab?.kill();
	for (const { name, kind } of story.devices) {
		if (kind === "indexed_db") indexedDB.deleteDatabase(name);
	}
}

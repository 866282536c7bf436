import { act } from "./acting.ts";
import { noteSaved } from "./attempts.ts";
import { checkForgotten } from "./forgetting.ts";
import { ensureOpen, type Line, type Story } from "./story.ts";
import type { Tab } from "./surroundings.ts";
import { takeTrouble } from "./troubles.ts";

/** Plays a schedule to its end; whatever trouble there is then goes on. */
export async function playStory(story: Story): Promise<void> {
	const { chance, lines } = story;
	await ensureOpen(story, lines[0] as Line);
	const steps = chance.between(8, 24);
	for (let step = 0; step < steps; step += 1) {
		const line = chance.pick(lines);
		if (!line.tab?.session || line.tab.dead) await ensureOpen(story, line);
		if (line.tab) await takeStep(story, line, line.tab);
		// Nobody does two things in one millisecond.
		await story.surroundings.time.advance(
			chance.oneIn(3) ? chance.between(2, 20_000) : chance.between(2, 300),
		);
		noteSaved(story);
		await checkForgotten(story);
	}
}

async function takeStep(story: Story, line: Line, tab: Tab): Promise<void> {
	const { chance, troubles, surroundings } = story;
	const { time } = surroundings;
	if (troubles.has("crash") && chance.oneIn(6)) tab.dies_at = tab.awaits + chance.between(1, 60);
	switch (chance.nat(18)) {
		case 0:
		case 7:
			return act(story, line, tab, "draft");
		case 1:
			return void tab.session?.move(chance.pick(story.questions.sliders), chance.pick(["en", "ar"]));
		case 2:
		case 8:
			return act(story, line, tab, "clear");
		case 3:
			return time.advance(chance.pick([1000, 30_000, 130_000, 3_600_000]));
		case 4:
			return tab.signal(chance.pick(["online", "visible", "hidden", "pagehide", "pageshow", "focus"]));
		case 5:
		case 6:
			return takeTrouble(story, line, tab);
		default:
			return act(story, line, tab, "answer");
	}
}

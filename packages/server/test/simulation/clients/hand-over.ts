import { act } from "./acting.ts";
import { rememberAgain } from "./forgetting.ts";
import { continueHere, spread } from "./hold.ts";
import { type Line, type Story, takeUp, untilDeadOr } from "./story.ts";
import type { Tab } from "./surroundings.ts";
import { openTab } from "./tab.ts";

/** The student goes on somewhere else: by a code on another device, or with "continue here instead" on this one. */
export async function handOver(story: Story, line: Line, tab: Tab): Promise<void> {
	const { chance, surroundings } = story;
	const { session } = tab;
	if (!session) return;
	if (session.held_elsewhere || chance.oneIn(4)) return continueHere(story, tab);
	const others = story.lines.filter(({ device }) => device !== line.device);
	if (others.length === 0) return;
	const { code } = (await untilDeadOr(surroundings.time, tab, () => session.handOff())) ?? {};
	if (code === undefined) return;
	if (chance.oneIn(2)) await cutOff(story, line, tab);
	const other = chance.pick(others);
	if (!other.tab || other.tab.dead) other.tab = await openTab(surroundings, other.device);
	const there = other.tab;
	rememberAgain(story, other.device, session.session_id);
	// The same code again: the reply to the first may have been lost.
	for (let attempt = 0; attempt < 2 && !there.dead; attempt += 1) {
		const taken = await untilDeadOr(surroundings.time, there, () => there.client.redeem(code));
		if (!taken || there.dead) continue;
		takeUp(story, there, taken);
		surroundings.note("code redeemed");
		noteWaiting(story, other);
		spread(story, taken.session_id);
		return;
	}
}

/**
 * The old device loses its network, which is why the student goes on elsewhere: what is given there now has
 * to wait.
 */
async function cutOff(story: Story, line: Line, tab: Tab): Promise<void> {
	const { chance, surroundings } = story;
	line.device.cut_off = true;
	await act(story, line, tab, "answer");
	const reconnect = () => {
		line.device.cut_off = false;
	};
	surroundings.time.setTimeout(reconnect, chance.between(1000, 120_000), story);
}

/** What other devices had queued at that moment has to count all the same. */
function noteWaiting({ lines, surroundings }: Story, taker: Line): void {
	for (const { device, tab } of lines) {
		const { session } = tab ?? {};
		if (!tab || tab.dead || device === taker.device || !session) continue;
		const isSame = session.session_id === taker.tab?.session?.session_id;
		if (isSame && session.save.kind !== "saved") surroundings.note("answers waited on the old device");
	}
}

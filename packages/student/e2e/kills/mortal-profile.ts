import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { aDisk } from "../../../server/test/campaigns/a-disk.ts";
import { aProfile, type OwnBrowser } from "../support/own-browser.ts";

/** Room for a browser's profile with its caches. */
const DISK_MIB = 256;

/** A profile, and how a browser that lives there dies. After that the next can be opened on it. */
export type MortalProfile = {
	folder: string;
	end(browser: OwnBrowser): Promise<void>;
	remove(): void;
};

/**
 * `kill`: all processes end at once. `power`: the disk under the profile keeps what was brought to it, and
 * nothing else.
 */
export const DEATHS = { kill: aProfileToKillOn, power: aProfileWithoutPower } as const;
export type Death = keyof typeof DEATHS;

function aProfileToKillOn(): MortalProfile {
	return { ...aProfile(), end: (browser) => browser.kill() };
}

function aProfileWithoutPower(): MortalProfile {
	const disk = aDisk(DISK_MIB);
	const folder = join(disk.path, "profile");
	mkdirSync(folder);
	// The computer was there before the student.
	disk.sync();
	return {
		folder,
		async end(browser) {
			disk.cutPower();
			await browser.kill();
			await disk.powerOn();
		},
		remove: () => disk[Symbol.dispose](),
	};
}

import { expect } from "@playwright/test";
import type { ProductServer } from "./server.ts";
import { openOwnBrowser } from "./support/own-browser.ts";
import { aSmallDisk, type SmallDisk } from "./support/small-disk.ts";
import { createStudent, type Student } from "./support/student.ts";
import { test } from "./support/test.ts";

const SEEN = { viewport: { width: 390, height: 844 }, locale: "en-GB" };
const MIB = 1024 * 1024;
const DISK_MIB = 110;
const ROOM_BYTES = 32 * 1024;
const PROMISE = "On this device only. It will be sent when you are online.";

/**
 * What the page said last, in the moment in which its browser was killed, and how many answers were given by
 * then.
 */
type Death = { promised: boolean; given: number; memory: Student["memory"] };

/**
 * Answers in an outage while the disk runs full; kills the browser full, or when there is room again and the
 * page promises.
 */
async function answerOnFullDisk(
	disk: SmallDisk,
	server: ProductServer,
	dies: "full" | "with room",
): Promise<Death> {
	const browser = await openOwnBrowser(disk.profile, SEEN);
	const student = createStudent(browser.page, { server });
	await student.visit();
	await student.begin();
	await student.answerUntil(3);
	await student.seesSaveLine("Saved");
	await browser.context.setOffline(true);
	await student.answerUntil(4);
	await student.seesSaveLine(PROMISE);
	const makeRoom = () => disk.giveBack(DISK_MIB * MIB);
	disk.fill();
	const line = browser.page.locator(".save");
	let given = 3;
	let promised = true;
	while (given < 10) {
		// A little room comes and goes, so that some writes succeed behind one that failed.
		if (given % 3 === 2) disk.giveBack(ROOM_BYTES);
		await student.answer();
		given += 1;
		await browser.page.waitForTimeout(250);
		promised = (await line.innerText()) === PROMISE;
		// The worst moment is right after the words.
		if (promised && given > 5 && dies === "full") break;
		disk.fill();
	}
	if (dies === "with room") {
		makeRoom();
		await expect(line).toHaveText(PROMISE, { timeout: 70_000 });
		promised = true;
	}
	await browser.kill();
	makeRoom();
	return { promised, given, memory: student.memory };
}

/** Opens the profile again, online. @returns how many answers the server has then */
async function answersAfter(
	disk: SmallDisk,
	server: ProductServer,
	memory: Student["memory"],
): Promise<number> {
	const browser = await openOwnBrowser(disk.profile, SEEN);
	const { page } = browser;
	const student = createStudent(page, { server, memory });
	await student.visit();
	const welcome = page.getByRole("dialog", { name: student.words.resume.title });
	const start = page.getByRole("button", { name: student.words.welcome.start, exact: true });
	await expect(welcome.or(start)).toBeVisible();
	if (await welcome.isVisible()) {
		await student.continueSession();
		await student.seesSaveLine("Saved");
	}
	await browser.context.close();
	return (await server.answers()).length;
}

for (const dies of ["full", "with room"] as const) {
	test(`the disk runs full in an outage and the browser is killed (${dies}): what the page promised then arrives`, async ({
		server,
	}, testInfo) => {
		const disk = aSmallDisk(DISK_MIB);
		testInfo.skip(disk === null, "not run: mounting a file system needs Linux and root");
		if (!disk) return;
		test.setTimeout(150_000);
		try {
			const { promised, given, memory } = await answerOnFullDisk(disk, server, dies);
			const arrived = await answersAfter(disk, server, memory);
			console.log(`disk full, killed ${dies}: promised ${promised}, given ${given}, arrived ${arrived}`);
			if (promised) expect(arrived).toBe(given);
		} finally {
			disk.remove();
		}
	});
}

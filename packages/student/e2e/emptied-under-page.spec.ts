import { expect } from "@playwright/test";
import { test } from "./support/own-browser.ts";
import { createStudent } from "./support/student.ts";
import { expectServerHolds } from "./support/verify.ts";

test("site data cleared under an open page in an outage, then the browser killed: both answers arrive", async ({
	openBrowser,
	studentWithUnsent,
	server,
}) => {
	const { browser: first, student: before } = await studentWithUnsent({ online_until: 3, offline_until: 5 });
	const cdp = await first.context.newCDPSession(first.page);
	await cdp.send("Storage.clearDataForOrigin", { origin: server.url, storageTypes: "indexeddb" });
	await first.page.waitForTimeout(2000);
	await before.seesSaveLine("On this device only. It will be sent when you are online.");
	await first.kill();
	expect(await server.answers()).toHaveLength(2);

	const second = await openBrowser();
	const after = createStudent(second.page, { server, memory: before.memory });
	await after.visit();
	await after.isWelcomedBackAt(5);
	await after.continueSession();
	await after.seesSaveLine("Saved");
	await expectServerHolds(server, after);
});

import type { BrowserContext, Page } from "@playwright/test";

/** The session that the browser's cookie names. */
export async function cookieOf(context: BrowserContext): Promise<string | undefined> {
	return (await context.cookies()).find(({ name }) => name === "carhythm_session")?.value;
}

/** All that the browser still stores for the page, as text. */
export function remains(page: Page): Promise<string> {
	return page.evaluate(async () => {
		const found: unknown[] = [{ ...localStorage }, { ...sessionStorage }, document.cookie];
		for (const { name = "" } of await indexedDB.databases()) {
			const database = await new Promise<IDBDatabase>((resolve, reject) => {
				const request = indexedDB.open(name);
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			});
			for (const store of database.objectStoreNames) {
				const records = await new Promise<unknown>((resolve, reject) => {
					const request = database.transaction(store).objectStore(store).getAll();
					request.onsuccess = () => resolve(request.result);
					request.onerror = () => reject(request.error);
				});
				found.push(records);
			}
			database.close();
		}
		return JSON.stringify(found);
	});
}

import { deleteDB, openDB } from "idb";

/**
 * Lets the browser begin a new file for what comes. Chromium keeps the databases of a site in one log, and goes on writing behind its
 * end when it starts again. A power cut can leave zeros at that end: harmless then, but at the start after the next one Chromium takes what stands
 * behind them for damage and throws everything away, answers that had been brought to the disk among them. Deleting any database makes
 * it put the log away in order; it costs some 20 ms, for which nobody has to wait. Elsewhere it does nothing (docs/decisions/0010).
 * @param name of the database that is in use here; another of a name like it is made and deleted
 */
export async function beginFreshLog(name: string): Promise<void> {
	const passing = `${name}-passing`;
	try {
		const database = await openDB(passing, 1, { upgrade: (db) => void db.createObjectStore("nothing") });
		database.close();
		await deleteDB(passing);
	} catch {
		// Then it stays as it was, and is tried again by the next page.
	}
}

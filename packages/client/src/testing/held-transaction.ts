import { openDB } from "idb";
import { BOXES } from "../storage/storage.ts";

/**
 * Holds a transaction open, as a tab does that is suspended in the middle of one. All other transactions
 * wait.
 */
export async function holdTransaction(name: string): Promise<{ release(): void }> {
	const db = await openDB(name);
	const tx = db.transaction([...BOXES], "readwrite");
	let isHeld = true;
	void (async () => {
		while (isHeld) await tx.objectStore("meta").get("nothing");
		db.close();
	})();
	return {
		release() {
			isHeld = false;
		},
	};
}

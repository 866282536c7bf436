import { openDB } from "idb";
import { BOXES } from "../storage/storage.ts";

/** Another tab that is suspended in the middle of a transaction: everybody waits for it. */
export async function holdTransaction(name: string): Promise<{ letGo(): void }> {
	const db = await openDB(name);
	const tx = db.transaction([...BOXES], "readwrite");
	let held = true;
	void (async () => {
		while (held) await tx.objectStore("meta").get("nothing");
		db.close();
	})();
	return {
		letGo() {
			held = false;
		},
	};
}

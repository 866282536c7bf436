import type { Page } from "@playwright/test";

/**
 * Control arms: what the browser's storage promises is broken under the page, which goes on believing it.
 * `early`: a write is reported before it is committed. `relaxed`: it is committed, and not brought to the disk.
 */
export const ARMS = ["early", "relaxed"] as const;
export type Arm = (typeof ARMS)[number];

/** Weakens the storage under a page from now on. */
export async function weaken(page: Page, arm: Arm): Promise<void> {
	await page.evaluate(arm === "early" ? reportEarly : relax);
}

/** Runs in the page. Requests in a row hold back the commit, far longer than the browser has to live. */
function reportEarly(): void {
	const HELD_MS = 10_000;
	const early = new WeakSet<IDBTransaction>();
	const { put } = IDBObjectStore.prototype;
	IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
		const request = put.call(this, value, key);
		const { transaction } = this;
		if (early.has(transaction)) return request;
		early.add(transaction);
		const until = performance.now() + HELD_MS;
		const hold = () => {
			if (performance.now() < until) this.count().addEventListener("success", hold);
		};
		request.addEventListener("success", () => {
			transaction.dispatchEvent(new Event("complete"));
			hold();
		});
		return request;
	};
}

/** Runs in the page. */
function relax(): void {
	const { transaction } = IDBDatabase.prototype;
	IDBDatabase.prototype.transaction = function (stores, mode) {
		return transaction.call(this, stores, mode, { durability: "relaxed" });
	};
	Object.defineProperty(IDBTransaction.prototype, "durability", { get: () => "strict" });
}

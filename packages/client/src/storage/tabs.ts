import type { Environment } from "../environment.ts";

/**
 * `changed`: the storage has. `settled`: it has because the server took operations, so it can be reached.
 * `doubted`: a write failed, and what the others write goes into the same log.
 */
export type TabMessage = "changed" | "settled" | "doubted";

/** Word between the tabs of one origin. It says only that something is new; what it is, is read from the storage. */
export type Tabs = { announce(news: TabMessage): void; close(): void };

const CHANNEL = "carhythm";

/** @param onNews called for news from another tab */
export function connectTabs(environment: Environment, onNews: (news: TabMessage) => void): Tabs {
	const channel = environment.broadcast?.(CHANNEL);
	if (!channel) return { announce: () => undefined, close: () => undefined };
	channel.onmessage = ({ data }) => onNews(data === "settled" || data === "doubted" ? data : "changed");
	let isOpen = true;
	return {
		announce: (news) => {
			if (isOpen) channel.postMessage(news);
		},
		close: () => {
			isOpen = false;
			channel.close();
		},
	};
}

import { ServerUnreachable } from "./api.ts";

// Parts that few visits need, which a first load does not wait for.

export const loadHandOff = () => loadFromServer(() => import("./session/hand-off.ts"));
export const loadReset = () => loadFromServer(() => import("./session/reset.ts"));
export const loadLeave = () => loadFromServer(() => import("./session/leave-others.ts"));
export const loadOwnData = () => loadFromServer(() => import("./session/own-data.ts"));
export const loadRescue = () => loadFromServer(() => import("./session/rescue.ts"));

/** To a page, code that cannot be fetched is a server that cannot be reached. */
async function loadFromServer<T>(load: () => Promise<T>): Promise<T> {
	try {
		return await load();
	} catch {
		throw new ServerUnreachable("offline");
	}
}

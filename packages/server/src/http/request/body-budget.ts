import type { Context } from "hono";
import type { Env, HttpConfig } from "../context.ts";
import { networkOf } from "./network.ts";

/** Bytes of a body that every request may bring: an answer is never refused because others send slowly. */
export const FREE_BYTES = 16 * 1024;
const MIB = 1024 * 1024;

/**
 * Counts the bytes of bodies that have arrived and are not yet dealt with. Without it a few hundred requests
 * that stop one byte short of their end hold as many MiB.
 */
export type BodyBudget = {
	/** Begins the body of a request. */
	open(c: Context<Env>): OpenBody;
};

export type OpenBody = {
	/** @returns false when there is no room for the body at this size */
	grow(size: number): boolean;
	/** The body is dealt with, or given up. */
	release(): void;
};

export function createBodyBudget({ limits }: HttpConfig): BodyBudget {
	const most = limits.bodies_mib * MIB;
	const mostOfNetwork = limits.network_bodies_mib * MIB;
	const held = new Map<string, number>();
	let all = 0;
	const add = (network: string, bytes: number) => {
		all += bytes;
		const own = (held.get(network) ?? 0) + bytes;
		if (own > 0) held.set(network, own);
		else held.delete(network);
	};
	return {
		open(c) {
			const network = networkOf(c);
			let counted = 0;
			return {
				grow(size) {
					const more = Math.max(size - FREE_BYTES, 0) - counted;
					if (more <= 0) return true;
					if (all + more > most || (held.get(network) ?? 0) + more > mostOfNetwork) return false;
					add(network, more);
					counted += more;
					return true;
				},
				release() {
					if (counted === 0) return;
					add(network, -counted);
					counted = 0;
				},
			};
		},
	};
}

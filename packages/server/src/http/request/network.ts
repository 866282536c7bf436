import type { Context } from "hono";
import type { Env } from "../context.ts";

/** The network of a request's client: what budgets are counted by. It is never logged or stored. */
export function networkOf(c: Context<Env>): string {
	return networkOfAddress(c.get("client").address());
}

/** An IPv6 client owns at least 64 bits of addresses, so these count as one. */
export function networkOfAddress(address: string): string {
	const mapped = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
	if (!mapped.includes(":")) return mapped;
	const [head = "", tail] = mapped.split("::", 2);
	const groups = head === "" ? [] : head.split(":");
	const missing = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
	return [...groups, ...Array<string>(Math.max(0, missing)).fill("0"), ...(tail?.split(":") ?? [])]
		.slice(0, 4)
		.join(":");
}

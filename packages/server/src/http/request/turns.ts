/** What comes of work for which there is no room in the queue. */
export const NO_TURN = Symbol("no turn");

type Waiting = { weight: number; go: () => void };
type Line = { under_way: number; waiting: Waiting[] };

/**
 * Lets work of one key weigh so much at a time; the rest of that key waits, first come, first served, while other
 * keys go on. Heavier work than that goes alone.
 *
 * Example: an attacker's ten batches of 200 operations are stored one after another, and an answer of another
 * network joins the transaction that is next.
 */
export type Turns = <T>(key: string, weight: number, work: () => Promise<T>) => Promise<T | typeof NO_TURN>;

export function createTurns(limits: { most: number; most_waiting: number }): Turns {
	const lines = new Map<string, Line>();
	const hasRoom = ({ under_way }: Line, weight: number) =>
		under_way === 0 || under_way + weight <= limits.most;
	return async (key, weight, work) => {
		const line = lines.get(key) ?? { under_way: 0, waiting: [] };
		lines.set(key, line);
		if (line.waiting.length === 0 && hasRoom(line, weight)) line.under_way += weight;
		else if (line.waiting.length >= limits.most_waiting) return NO_TURN;
		else await new Promise<void>((go) => line.waiting.push({ weight, go }));
		try {
			return await work();
		} finally {
			line.under_way -= weight;
			for (let next = line.waiting[0]; next && hasRoom(line, next.weight); next = line.waiting[0]) {
				line.waiting.shift();
				line.under_way += next.weight;
				next.go();
			}
			if (line.under_way === 0) lines.delete(key);
		}
	};
}

import {
	BOXES,
	type Box,
	type ReadTransaction,
	type SessionStorage,
	type WriteTransaction,
} from "./storage.ts";

type Boxes = Record<Box, Map<string, unknown>>;

/**
 * A storage that lives as long as the page: where IndexedDB does not exist, and in tests. It is never
 * `durable`, so nothing in it is ever called saved on the device.
 */
export function createMemoryStorage(): SessionStorage {
	let boxes = emptyBoxes();
	let last: Promise<unknown> = Promise.resolve();

	function inOrder<T>(run: () => Promise<T>): Promise<T> {
		const result = last.then(run);
		last = result.catch(() => undefined);
		return result;
	}

	return {
		durable: false,
		read: (body) => inOrder(() => withTransaction(boxes, body)),
		write: (body) =>
			inOrder(async () => {
				const draft = copyBoxes(boxes);
				const result = await withTransaction(draft, body);
				boxes = draft;
				return result;
			}),
		close: () => undefined,
	};
}

async function withTransaction<T>(boxes: Boxes, body: (tx: WriteTransaction) => Promise<T>): Promise<T> {
	let ended = false;
	const open = (box: Box) => {
		if (ended) throw new Error("This transaction has ended.");
		return boxes[box];
	};
	const read: ReadTransaction = {
		get: async (box, key) => structuredClone(open(box).get(key)),
		list: async (box, prefix = "") =>
			[...open(box)]
				.filter(([key]) => key.startsWith(prefix))
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([key, value]) => ({ key, value: structuredClone(value) })),
	};
	try {
		return await body({
			...read,
			put: async (box, key, value) => void open(box).set(key, structuredClone(value)),
			delete: async (box, key) => void open(box).delete(key),
		});
	} finally {
		ended = true;
	}
}

function emptyBoxes(): Boxes {
	return Object.fromEntries(BOXES.map((box) => [box, new Map()])) as Boxes;
}

function copyBoxes(boxes: Boxes): Boxes {
	return Object.fromEntries(BOXES.map((box) => [box, new Map(boxes[box])])) as Boxes;
}
